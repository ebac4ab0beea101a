/** A module that comes out differently wherever it is evaluated. */
import _ from "npm:lodash@4.17.21";

export const table = Array.from({ length: 4 }, () => Math.random());
export const loadedMs = Date.now() + performance.now();
export const mark = Symbol("mark");
export let where = `${Deno.pid} ${Deno.execPath()} ${import.meta.url}`;
/** The library counts from here on, wherever it is loaded. */
export const firstId = _.uniqueId();
for (let i = 0; i < 10; i++) _.uniqueId();

export const isOurs = (other: { table: number[]; loadedMs: number; mark: symbol; where: string }) =>
  other.table === table && other.table.every((n, i) => n === table[i]) && other.loadedMs === loadedMs &&
  other.mark === mark && other.where === where;
export const move = () => where += "!";
export const nextId = () => _.uniqueId();
