import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { analyzeProgram } from "./analyze.ts";

/** What the methods of a module are found to call: `caller > callee`, by their names. */
function callsIn(text: string): string[] {
  const { methods, calls } = analyzeProgram([
    { url: "file:///main.js", path: "main.js", text, kind: "module", imports: new Map() },
  ]);
  const name = (i: number) => methods[i]!.id.replace("main.js#", "");
  return calls.map(({ caller, callee }) => `${name(caller)} > ${name(callee)}`).sort();
}

/** What `use`, given `f` and an object that has `g`, is found to call. */
function calledBy(use: string): string[] {
  const made = `function f() {} const o = { g() {} }; ${use}`;
  return callsIn(`${made} for (const value of [f, o, 1, "x", null]) use(value);`)
    .flatMap((call) => call.startsWith("use > ") ? [call.slice("use > ".length)] : []);
}

Deno.test("analyzeProgram() follows a value where tests let it be, and nowhere else", () => {
  const cases: [use: string, called: string[]][] = [
    [`function use(x) { x(); }`, ["f"]],
    [`function use(x) { if (typeof x === "string") x(); }`, []],
    [`function use(x) { if (typeof x == "function") return; x(); }`, []],
    [`function use(x) { if (typeof x != "function") return; x(); }`, ["f"]],
    [`function use(x) { return typeof x === "object" ? x() : x.g(); }`, ["g"]],
    [`function use(x) { if (!x) x(); else x(); }`, ["f"]],
    [`function use(x) { if (x == null || typeof x === "number") { x(); } }`, ["f"]],
    [`function use(x) { if (x == null && typeof x === "number") { x(); } }`, []],
    [`function use(x) { const y = x && 5; y(); }`, []],
    [`function use(x) { const y = x || f; y(); }`, ["f"]],
    [`function use(x) { if (Array.isArray(x)) x(); }`, []],
    // What is written meanwhile, here or by a closure, is no longer what was tested.
    [`function use(x) { if (typeof x === "string") { x = f; x(); } }`, ["f"]],
    [`function use(x) { const set = () => { x = f; }; if (!x) { set(); x(); } }`, ["f", "use.set"]],
    [`function use(x) { g(); if (typeof x !== "object") return; function g() { x(); } }`, ["use.g"]],
  ];
  for (const [use, called] of cases) assertEquals(calledBy(use).filter((one) => one !== "use"), called, use);
  const late = callsIn(
    `function use(x) { late(); if (typeof x === "string") return; function late() { x(); } } function f() {} use(f);`,
  );
  assertEquals(late.includes("use.late > f"), true, "a declared function runs before the test");
});

Deno.test("analyzeProgram() takes nothing for called that the host only reads", () => {
  const text = `function f() {} function g() {}
    function use(all) { for (const one of all) { Buffer.from(one); console.log(one); setTimeout(one, 1); } }
    use([f, g]);`;
  assertEquals(callsIn(text).filter((call) => /^use > [fg]$/.test(call)), ["use > f", "use > g"]);
  assertEquals(
    callsIn(text.replace("setTimeout(one, 1);", "")).filter((call) => /^use > [fg]$/.test(call)),
    [],
  );
});
