import { deepStrictEqual } from "node:assert/strict";
import { Interpreter } from "./interpreter.ts";
import type { SteppedApp } from "./stepped_app.ts";

const app = {
  methods: ["app.ts#Scanner.scan", "app.ts#Scanner.open"],
  breakpoints: new Set(["app.ts#Scanner.open"]),
  allMethods: { known: [{ id: "app.ts#work" }, { id: "app.ts#<main>", stays: "the main flow" }] },
  stand: { rows: [{ mid: 1 }, { mid: 12 }, { mid: null }] },
} as unknown as SteppedApp;

function complete(line: string): string[] {
  return new Interpreter(app, () => {}).complete(line)[0];
}

Deno.test("Interpreter.complete() offers commands, methods and MIDs where they may stand", () => {
  deepStrictEqual(complete("st"), ["step"]);
  deepStrictEqual(complete("br"), ["break", "breaks"]);
  deepStrictEqual(complete("break app.ts#Scanner.s"), ["app.ts#Scanner.scan"]);
  deepStrictEqual(complete("clear "), ["app.ts#Scanner.open"]);
  deepStrictEqual(complete("why 1"), ["1", "12"]);
  deepStrictEqual(complete("migrate "), ["app.ts#work"]);
  deepStrictEqual(complete("help th"), ["threads"]);
  deepStrictEqual(complete(".br"), [".break", ".breaks"]);
  deepStrictEqual(complete(".why 1"), ["1", "12"]);
  deepStrictEqual(complete("step x"), []);
  deepStrictEqual(complete("nothing "), []);
});
