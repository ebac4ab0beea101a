import { deepEqual } from "node:assert/strict";
import { looksLikeModule } from "./unhooked.ts";

Deno.test("looksLikeModule() goes by what a text parses as where its name doesn't tell", () => {
  const texts = [
    "import a from 'a';",
    "#!/bin/deno\nexport default 1;",
    "exports.a = 1; // \nreturn;",
    "#!/bin/deno\n/*\nimport a from 'a';\n*/ return 1;",
    "exports.a = `\nexport default 1`;",
    "import('a').then(exports.take);",
  ];
  const ofJs = texts.map((text) => looksLikeModule("file:///a.js", text));
  deepEqual(ofJs, [true, true, false, false, false, false]);
  const ofNames = ["a.mjs", "a.cjs", "a.json", "a.node"].map((name) =>
    looksLikeModule(`file:///${name}`, texts[0])
  );
  deepEqual(ofNames, [true, false, false, false]);
});
