import { deepStrictEqual as assertEquals, throws as assertThrows } from "node:assert/strict";
import { analyzeProgram } from "./analyze.ts";
import { type Overrides, parseOverrides } from "./overrides.ts";
import { verdictOf } from "./verdict.ts";

const TEXT = `
  function name() { return Deno.hostname(); }
  function ask() { return prompt("?"); }
  function menu() { return ask(); }
  function read() { return 42; }
  function poll() { return read(); }
  name(); menu(); poll();
`;

function verdicts(overrides: Overrides) {
  const path = "main.js";
  const module = { url: "file:///main.js", path, text: TEXT, kind: "module" as const, imports: new Map() };
  const analysis = analyzeProgram([module], { overrides });
  const of = (name: string) => {
    const { is, why } = verdictOf(analysis, analysis.methods.findIndex(({ id }) => id === `main.js#${name}`));
    return `${is}: ${why}`;
  };
  return { of, unused: analysis.unusedOverrides };
}

const parsed = (given: unknown) => parseOverrides(JSON.stringify(given), "c.json");

Deno.test("analyzeProgram() pins what the user pins, APIs and methods, with the user's reason, and their callers", () => {
  const { of, unused } = verdicts(parsed({
    pin: { "Deno.hostname": "our network knows devices by name", "main.js#read": "reads the sensor" },
  }));
  assertEquals(of("name"), "stays: Deno.hostname: our network knows devices by name (c.json)");
  assertEquals(of("read"), "stays: reads the sensor (c.json)");
  assertEquals(of("poll"), "stays: reads the sensor (c.json) (through read)");
  assertEquals(unused, []);
});

Deno.test("analyzeProgram() frees what the user unpins, and what stayed because of it", () => {
  const byApi = verdicts(parsed({ unpin: { prompt: "never asked in batch mode" } }));
  assertEquals(byApi.of("ask").startsWith("migrates"), true);
  assertEquals(byApi.of("menu").startsWith("migrates"), true);
  assertEquals(byApi.unused, []);
  const byMethod = verdicts(parsed({ unpin: { "main.js#ask": "answers are given ahead" } }));
  assertEquals(byMethod.of("ask"), "migrates: need not stay: answers are given ahead (c.json)");
  assertEquals(byMethod.of("menu").startsWith("migrates"), true);
});

Deno.test("analyzeProgram() names overrides that nothing of the program has to do with", () => {
  const { unused } = verdicts(
    parsed({ pin: { "Deno.kill": "no" }, unpin: { "main.js#gone": "no", "main.js#<main>": "no" } }),
  );
  assertEquals(unused, ["Deno.kill", "main.js#gone", "main.js#<main>"]);
});

Deno.test("parseOverrides() says in one line what is wrong", () => {
  for (
    const [text, message] of [
      [`{\n "pin": {\n`, /^c\.json: no JSON: /],
      [`[]`, /^c\.json: must be an object/],
      [`{ "pins": {} }`, /"pins" is unknown/],
      [`{ "pin": [] }`, /"pin" must be an object/],
      [`{ "pin": { "fetch": "" } }`, /"pin" of "fetch" needs a reason/],
      [`{ "unpin": { "fetch": true } }`, /"unpin" of "fetch" needs a reason/],
      [`{ "pin": { " ": "x" } }`, /empty name/],
      [`{ "pin": { "fetch": "a" }, "unpin": { "fetch": "b" } }`, /"fetch" is both pinned and unpinned/],
    ] as const
  ) {
    assertThrows(() => parseOverrides(text, "c.json"), (error) => {
      const said = (error as Error).message;
      return error instanceof TypeError && message.test(said) && !said.includes("\n");
    }, text);
  }
});
