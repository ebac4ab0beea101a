import assert from "node:assert/strict";
import type { Away, Ran } from "./paper_cell.ts";
import { NOT_AWAY } from "./paper_cell.ts";
import { type Bench, PaperDevice } from "./paper_device.ts";
import type { PaperApp } from "./paper_inputs.ts";
import type { Cell } from "./paper_plan.ts";
import type { Row } from "./paper_report.ts";

const app = (name: string): PaperApp => ({
  ...{ name, main: `${name}.ts`, heavy: `${name}.ts#f`, files: "/files", learn: [["1"], ["2"]] },
  sizes: ["a", "b", "c"].map((size) => ({ name: size, args: [size] })),
});

function ran(seconds: number): Ran {
  return { code: 0, stdout: "same", stderr: "", seconds, cut: false };
}

const AWAY: Away = { ...NOT_AWAY, migrations: 1, awayMs: 2000, workMs: 1500, predictedMs: 2100 };

/** A device on which 10 s alone are 4 s with a clone, where the runtime migrates on `wifi` only. */
class FakeBench implements Bench {
  readonly factor = 10;
  readonly measuredFactor = 10;
  readonly calls: string[] = [];
  constructor(readonly broken: Readonly<Record<string, string>> = {}) {}

  stays = () => Promise.resolve(1);
  push = (one: PaperApp) => this.#did(`push ${one.name}`, undefined);
  learn = () => Promise.resolve();
  prepare = () => Promise.resolve();
  alone = (one: PaperApp, [size]: readonly string[]) => this.#did(`alone ${one.name} ${size}`, ran(10));
  there = () => Promise.resolve(ran(1));
  coldClone = () =>
    Promise.resolve({ address: "cold", [Symbol.asyncDispose]: () => Promise.resolve() } as never);
  withClone: Bench["withClone"] = (one, { args: [size], link, migrate, clone }) => {
    const what = `${clone === undefined ? "" : "cold "}${migrate === undefined ? "run" : "forced"}`;
    const goes = link === "wifi" || migrate !== undefined;
    return this.#did(`${what} ${one.name} ${size} ${link}`, {
      ...(goes ? { ran: ran(4), away: AWAY } : { ran: ran(11), away: NOT_AWAY }),
    });
  };

  #did<T>(call: string, value: T): Promise<T> {
    this.calls.push(call);
    const why = Object.entries(this.broken).find(([name]) => call.startsWith(name))?.[1];
    return why === undefined ? Promise.resolve(value) : Promise.reject(new Error(why));
  }
}

const cell = (name: string, link: string, size = 2): Cell => ({
  ...{ factor: 10, app: name, size, link, files: "synced" },
});

function device(bench: FakeBench) {
  const rows: Row[] = [], failed: string[] = [];
  const listener = {
    row: (row: Row) => void rows.push(row),
    failed: (one: Cell, why: string) => void failed.push(`${one.app} ${one.size} ${one.link}: ${why}`),
    say: () => {},
  };
  return { rows, failed, device: new PaperDevice(bench, { apps: [app("x"), app("y")], listener }) };
}

Deno.test("PaperDevice measures the other choice where the runtime stayed, and tells the row before too", async () => {
  const bench = new FakeBench();
  const { rows, device: it } = device(bench);
  await it.first([cell("x", "wifi"), cell("x", "3g")], () => true);
  const told = rows.map(({ link, choice, best, offload_s }) => [link, choice, best, offload_s]);
  assert.deepEqual(told.filter(([link]) => link === "wifi"), [["wifi", "O", "O", 4]]);
  assert.deepEqual(told.filter(([link]) => link === "3g"), [["3g", "M", null, null], ["3g", "M", "O", 4]]);
  assert.equal(rows[0]!.predicted_s, 4.1, "the run with what was predicted instead of what it took away");
});

Deno.test("PaperDevice goes on with other cells when one fails, and with other apps when none can be learnt", async () => {
  const bench = new FakeBench({ "run x c": "no answer", "push y": "no space" });
  const { rows, failed, device: it } = device(bench);
  await it.first([cell("x", "wifi", 2), cell("y", "wifi", 2), cell("x", "wifi", 0)], () => true);
  await it.first([cell("y", "3g", 0)], () => true);
  assert.deepEqual(rows.map(({ app, size }) => `${app} ${size}`), ["x a"]);
  assert.deepEqual(failed, ["x 2 wifi: no answer", "y 2 wifi: no space", "y 0 3g: no space"]);
});

Deno.test("PaperDevice repeats its cells while that is wanted, with means and deviations", async () => {
  const bench = new FakeBench();
  const cold = { ...cell("x", "wifi"), files: "cold" as const };
  const { rows, device: it } = device(bench);
  await it.first([cell("x", "wifi"), cold], () => true);
  await it.again(() => true);
  await it.again(() => false);
  const last = rows.findLast(({ files }) => files === "synced")!;
  assert.equal(last.runs, 2);
  assert.equal(bench.calls.filter((call) => call === "cold run x c wifi").length, 1, "cold but once");
  assert.equal(bench.calls.filter((call) => call === "alone x c").length, 2);
});

Deno.test("PaperDevice begins no cell that isn't wanted any more", async () => {
  const bench = new FakeBench();
  const { rows, device: it } = device(bench);
  await it.first(
    [cell("x", "wifi"), cell("x", "3g")],
    () => !bench.calls.some((call) => call === "run x c wifi"),
  );
  assert.deepEqual(rows.map(({ link }) => link), ["wifi"]);
});

Deno.test("PaperDevice learns twice from an app, and once on each further link when its cells come", async () => {
  const bench = new FakeBench();
  const { device: it } = device(bench);
  const lessons = () => bench.calls.filter((call) => /^run x [12] /.test(call));
  await it.first([cell("x", "wifi"), cell("x", "3g")], () => true);
  assert.deepEqual(lessons(), ["run x 1 wifi", "run x 2 wifi", "run x 2 3g"]);
  await it.first([cell("x", "3g", 0), cell("x", "lan")], () => true);
  assert.deepEqual(lessons().slice(3), ["run x 2 lan"]);
  assert.equal(bench.calls.filter((call) => call === "push x").length, 1);
});
