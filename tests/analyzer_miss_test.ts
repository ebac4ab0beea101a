/** Nothing trusts the static analyzer: what it didn't foresee is caught at the clone, told, and learnt. */
import assert from "node:assert/strict";
import { meanSums } from "../analysis/cost/size_model.ts";
import { analyzeProgram, loadProgram } from "../analysis/mod.ts";
import { missesOf, tried } from "./hiding_place.ts";

/** Hides a subprocess, whose effect can be counted, from any analysis; writes a file before and after. */
const HIDING = `
  const world: any = globalThis;
  const parts = ["no", "De", "mand", "Com"];
  const log = (line: string) => Deno.writeTextFileSync("log", line + "\\n", { append: true });

  class Helper {
    constructor(private o: any) {}
    reach(k: string, l: string, line: string) {
      return new this.o[k][l]("sh", { args: ["-c", "echo " + line + " >> effects"] });
    }
  }
  function hide(line: string) {
    return new Helper(world).reach(parts[1] + parts[0], parts[3] + parts[2], line).outputSync().code;
  }
  function work(rounds: number, doHide: boolean) {
    log("before");
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0;
    const code = doHide ? hide("hidden") : -1;
    log("after " + code);
    return sum;
  }
  console.log(work(50_000, false), work(60_000, true), work(70_000, false));
`;

/** Keeps state that can't travel where no analysis sees it. */
const HOLDING = `
  const holder: any = {};
  holder["fi" + "le"] = Deno.openSync("held", { write: true, create: true });
  function work(rounds: number) {
    Deno.writeTextFileSync("log", "work\\n", { append: true });
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0;
    const key = ["fi", "le"].join("");
    holder[key].writeSync(new TextEncoder().encode("x"));
    return sum;
  }
  console.log(work(50_000));
`;

/** Each method comes to a subprocess by another way that no analysis follows, after it wrote a file; all write one after. */
const WAYS = `
  import { createRequire } from "node:module";
  import process from "node:process";
  const require = createRequire(import.meta.url);
  const world: any = globalThis;
  const log = (line: string) => Deno.writeTextFileSync("log", line + "\\n", { append: true });
  const start = (line: string) =>
    new world["De" + "no"]["Com" + "mand"]("sh", { args: ["-c", "echo " + line + " >> effects"] }).outputSync().code;
  const processes: any = require("node:child_" + "process");
  const parts: any = { [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }), return: () => (start("return"), {}) }) };
  const asked: any = new Proxy({}, { has: (_, name) => start(String(name)) === 0 });
  const node: any = world["pro" + "cess"];

  function byModule() {
    log("module");
    const text = Reflect.apply(processes[["exec", "Sync"].join("")], processes, ["echo module | tee -a effects"]);
    log("after " + text);
    return String(text);
  }
  function byIterator() {
    log("iterator");
    for (const part of parts) if (part === 1) break;
    log("after");
    return "returned";
  }
  function byTrap() {
    log("trap");
    try {
      return "has" in asked;
    } catch {
      log("never caught");
    } finally {
      log("finally");
    }
  }
  function byMicrotask() {
    log("microtask");
    Promise.resolve().then(() => log("later " + start("later")));
    log("after");
    return "queued";
  }
  function byListing() {
    log("listing");
    return ["stdin" in process, Object.keys(node).length > 10];
  }
  async function byImport() {
    log("import");
    const { ["spawn" + "Sync"]: spawn }: any = await import("node:child_" + "process");
    const { status } = spawn("sh", ["-c", "echo import >> effects"]);
    log("after " + status);
    return status;
  }
  console.log(await byImport());
  console.log(byModule(), byIterator(), byTrap(), byMicrotask(), byListing());
`;
/** What each way comes to, and through which methods. */
const COMES_TO = {
  byModule: ["node:child_process.execSync"],
  byIterator: ["Deno.Command", "app.ts#<1>.return", "app.ts#start"],
  byTrap: ["Deno.Command", "app.ts#has", "app.ts#start"],
  byMicrotask: ["Deno.Command", "app.ts#byMicrotask.<1>", "app.ts#start"],
  byListing: ["process"],
  byImport: ["node:child_process.spawnSync"],
};

const FORCED = ["--clone", "spawn", "--migrate", "app.ts#work"];

Deno.test("run catches a hidden call of a pinned host API at the clone, tells its path, and keeps the method at home", () =>
  tried(HIDING, async (place) => {
    const { modules } = await loadProgram(`${place.folder}/app/app.ts`);
    const work = analyzeProgram(modules).methods.find(({ id }) => id === "app.ts#work")!;
    assert.deepEqual(
      [work.pin, work.mayPin?.api, work.mayPin?.reason],
      [undefined, undefined, "a call that can't be told"],
      "the analyzer sees through it: hide it better",
    );

    const { left } = await place.run(undefined);
    assert.equal(left.files.effects, "hidden\n");
    const first = await place.run(FORCED);
    assert.deepEqual(first.left, left);
    assert.deepEqual(first.events.map(({ event }) => event).filter((event) => /merge|abandon/.test(event)), [
      "merge",
      "abandon",
    ]);
    const abandon = first.events.find(({ event }) => event === "abandon");
    assert.deepEqual(abandon.miss, {
      what: "Deno.Command",
      through: ["app.ts#work", "app.ts#hide", "app.ts#Helper.reach"],
    });
    assert.match(
      first.said,
      /^clonecloud: analyzer miss: app\.ts#work reaches Deno\.Command \(through app\.ts#hide > app\.ts#Helper\.reach\)/m,
    );

    const second = await place.run(FORCED);
    assert.deepEqual(second.left, left);
    assert.deepEqual(second.events.filter(({ event }) => event !== "local"), []);
    assert.match(
      second.said,
      /^clonecloud: app\.ts#work stays here: in an earlier run it reached Deno\.Command/m,
    );

    // Other code is another program.
    Deno.writeTextFileSync(`${place.folder}/app/app.ts`, HIDING.replace(", true)", ", false)"));
    const { events, said } = await place.run(FORCED);
    assert.equal(events.filter(({ event }) => event === "merge").length, 3, said);
  }));

Deno.test("run catches hidden calls whatever way they go, each effect happens once, and all these methods stay at home", () =>
  tried(WAYS, async (place) => {
    const forced = [
      "--clone",
      "spawn",
      ...Object.keys(COMES_TO).flatMap((name) => ["--migrate", `app.ts#${name}`]),
    ];
    const { left } = await place.run(undefined);
    assert.equal(left.files.effects, "import\nmodule\nreturn\nhas\nlater\n");
    const first = await place.run(forced);
    assert.deepEqual(first.left, left, first.said);
    const reasons = first.events.filter(({ event }) => event === "local").map(({ reason }) => reason);
    assert.deepEqual(
      missesOf(first.events),
      Object.fromEntries(Object.entries(COMES_TO).map(([name, to]) => [`app.ts#${name}`, to])),
      reasons.join("\n"),
    );
    const second = await place.run(forced);
    assert.deepEqual(second.left, left);
    assert.deepEqual(second.events.filter(({ event }) => event !== "local"), []);
    for (const name of Object.keys(COMES_TO)) {
      assert.match(second.said, new RegExp(`app\\.ts#${name} stays here`));
    }
  }));

Deno.test("run catches the use of state that could not travel, and keeps the method at home", () =>
  tried(HOLDING, async (place) => {
    const { left } = await place.run(undefined);
    assert.deepEqual(left.files, { held: "x", log: "work\n" });
    const first = await place.run(FORCED);
    assert.deepEqual(first.left, left);
    assert.match(first.said, /^clonecloud: analyzer miss: app\.ts#work reaches .*FsFile/m);
    const second = await place.run(FORCED);
    assert.deepEqual(second.left, left);
    assert.deepEqual(second.events.filter(({ event }) => event !== "local"), []);
  }));

Deno.test("a miss of a run that decided by itself leaves the next plan without the method", () =>
  tried(HIDING.replaceAll("0_000", "0_000_000"), async (place) => {
    const { left } = await place.run(undefined);
    assert.deepEqual((await place.run(["--clone", "spawn"])).left, left);
    await place.learn();
    // As if the first run had shown that it pays.
    const few = meanSums(1, 3);
    const work = { here: meanSums(60_000, 3), there: few, up: few, down: few, ratio: 1, correction: 1 };
    const methods = { "app.ts#work": { ...work, role: "chosen", hereMeasured: true, refused: false } };
    const note = place.note();
    place.note({
      ...note,
      candidates: ["app.ts#work"],
      starts: undefined,
      model: { ...note.model, methods },
    });
    const second = await place.run(["--clone", "spawn"]);
    assert.deepEqual(second.left, left);
    assert.match(second.said, /^clonecloud: analyzer miss: app\.ts#work reaches Deno\.Command/m);
    await place.learn();
    assert.ok(!place.note().candidates.includes("app.ts#work"));
    const third = await place.run(["--clone", "spawn"]);
    assert.deepEqual(third.left, left);
    assert.deepEqual(third.events.filter(({ method }) => method === "app.ts#work"), []);
  }));
