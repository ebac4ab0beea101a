import data from "./data.json" with { type: "json" };
import * as ns from "./library.ts";
import anonymous, { renamed as other, live, bump } from "./library.ts";
import { deep, helper } from "./barrel.ts";
import arrowDefault from "./arrow.ts";
import NamedClass from "./named.ts";
import { even } from "./even.ts";
import { odd } from "./odd.ts";
import legacy from "./legacy.cjs";

const loaded = await import("./dynamic.ts");

function useAll(n: number) {
  bump(n);
  return [data.list.length, ns.answer, ns.default(2), anonymous(1), other, live, ns.live, deep(), helper("h"), arrowDefault(3), new NamedClass(4).twice(), even(10), odd(7), loaded.value, loaded.run()];
}

function namespaces() {
  return [Object.keys(ns), ns[("ans" + "wer") as "answer"], Object.prototype.toString.call(ns), data];
}

function useLegacy(n: number) {
  return [legacy.count(n), legacy.sloppy.call(undefined) === globalThis, legacy.args(1, 2, 3), legacy.name, legacy.Old.prototype.constructor === legacy.Old];
}

async function lazily(name: string) {
  const module = await import(`./${name}.ts`);
  return module.value;
}

export function exported() {
  return import.meta.url.split("/").at(-1) + import.meta.main + import.meta.filename!.endsWith("main.ts");
}

console.log(useAll(2), live);
console.log(useAll(3), ns.live);
console.log(namespaces());
console.log(useLegacy(2), useLegacy(3), legacy.total());
console.log(await lazily("dynamic"));
console.log(exported(), typeof require);
declare const require: unknown;

import { use } from "./cycle_a.ts";
import { seen } from "./cycle_b.ts";
console.log(seen, use(2), use(3));
