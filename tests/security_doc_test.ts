import { deepStrictEqual, ok } from "node:assert/strict";

const ROOT = new URL("../", import.meta.url).pathname;

Deno.test("every defence that SECURITY.md names has a test of that name", () => {
  const tests = [...Deno.readDirSync(`${ROOT}tests`)].filter(({ name }) => name.endsWith("_test.ts"))
    .map(({ name }) => Deno.readTextFileSync(`${ROOT}tests/${name}`)).join("\n");
  const defences = [...Deno.readTextFileSync(`${ROOT}SECURITY.md`).matchAll(/^\|.*\| "(.*)" +\|$/gm)].map((
    m,
  ) => m[1]!);
  ok(defences.length > 25);
  deepStrictEqual(defences.filter((name) => !tests.includes(name)), []);
});
