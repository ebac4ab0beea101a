import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { analyzeProgram, loadProgram } from "../analysis/mod.ts";
import { analyse } from "../runtime/rewrite/analyse.ts";
import { parse } from "../runtime/rewrite/parse.ts";

Deno.test("analyzeProgram() gives methods the ids that the rewriter gives them", async () => {
  const { modules } = await loadProgram(new URL("../mod.ts", import.meta.url).href);
  assert(modules.length > 50);
  for (const { path, text, url } of modules) {
    const { sites } = analyse(text, parse(text, true), { isModule: true, path });
    const theirs = sites.filter(({ kind }) => kind !== "class").map(({ id }) => id).sort();
    const { methods } = analyzeProgram([{ path, text, url, kind: "module", imports: new Map() }]);
    const classes = new Set(sites.filter(({ kind }) => kind === "class").map(({ id }) => id));
    const ours = methods.map(({ id }) => id as string).filter((id) =>
      !id.endsWith("#<main>") && !classes.has(id)
    ).sort();
    assertEquals(ours, theirs, path);
  }
});
