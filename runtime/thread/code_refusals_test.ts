import { deepEqual, ok } from "node:assert/strict";
import { CODE_REFUSALS } from "./code_refusals.ts";

/** What the rewriter says of sites whose closures nothing can make again. */
const OF_SITES = [
  "`its class can't travel: ${site.door.refused}`",
  '`it captures "${variable.name}" where nothing can stand for its scope`',
  '`it captures "${variable.name}", which its own body declares too`',
];

Deno.test("the registry refuses no function for a reason that isn't in the list, and the list has no other", () => {
  const text = Deno.readTextFileSync(new URL("./code_registry.ts", import.meta.url));
  const given = [...text.matchAll(/\brefused\((?!why: )([^;]*?)\(/g)].map(([, name]) => name!);
  ok(!/type: "refused", what/.test(text), "a refusal in words of its own");
  deepEqual(given.toSorted(), Object.keys(CODE_REFUSALS).map((name) => `CODE_REFUSALS.${name}`).toSorted());
});

Deno.test("the rewriter refuses no site for a reason that isn't in the list", () => {
  const folder = new URL("../rewrite/", import.meta.url);
  const given: string[] = [];
  for (const { name } of Deno.readDirSync(folder)) {
    const text = name.endsWith("_test.ts") ? "" : Deno.readTextFileSync(new URL(name, folder));
    for (const [, why] of text.matchAll(/\.refused = ([^;]*);/g)) given.push(why!);
  }
  deepEqual(given, OF_SITES);
});

Deno.test("each refusal names its function and says what to change", () => {
  for (const [name, refusal] of Object.entries(CODE_REFUSALS)) {
    const { what, fix } = refusal("app.ts#method", "it can't be made again");
    ok(
      /^(a|the) /.test(what) && (refusal.length === 0 || what.includes("app.ts#method")),
      `${name}: ${what}`,
    );
    ok(fix !== "" && !fix.endsWith("."), `${name}: ${fix}`);
  }
});
