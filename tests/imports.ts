/** Checks which folder imports which (ARCHITECTURE.md's import picture); exits 1 with a line per wrong import. */
import { walk } from "./walk.ts";

const root = new URL("../", import.meta.url);

/** What each top folder may import besides itself; `doors` must be entered through mod.ts. */
const ALLOWED: Record<string, readonly string[]> = {
  runtime: [],
  analysis: ["runtime"],
  net: ["runtime"],
  repl: ["runtime", "analysis", "net"],
  examples: [],
};
/** Folders that know neither Deno nor Node: a browser tab could run them. */
const HOSTLESS = ["runtime/rewrite/", "runtime/heap/"];

const problems: string[] = [];
for await (const path of walk(root, /\.tsx?$/)) {
  const source = await Deno.readTextFile(new URL(path, root));
  const test = /_(test|bench)\.ts$/.test(path) || path.startsWith("tests/") || path.startsWith("bench/");
  const top = path.split("/")[0]!;
  for (
    const match of source.matchAll(
      /^\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm,
    )
  ) {
    const target = match[1] ?? match[2]!;
    if (!target.startsWith(".")) {
      if (!test && HOSTLESS.some((f) => path.startsWith(f)) && target.startsWith("node:")) {
        problems.push(`${path}: imports ${target}, but this folder must know no host`);
      }
      continue;
    }
    const resolved = new URL(target, new URL(path, root)).href.slice(root.href.length);
    const targetTop = resolved.split("/")[0]!;
    const allowed = ALLOWED[top];
    if (test || allowed === undefined || targetTop === top) continue;
    if (!allowed.includes(targetTop)) {
      problems.push(`${path}: imports ${resolved}; ${top} may import ${allowed.join(", ") || "nothing"}`);
    } else if (!resolved.endsWith("/mod.ts")) {
      problems.push(`${path}: imports ${resolved}; enter through its mod.ts`);
    }
  }
  if (
    !test && HOSTLESS.some((f) => path.startsWith(f)) &&
    /\bDeno\./.test(source.replace(/\/\*[\s\S]*?\*\/|\/\/.*|(["'`])(?:\\.|(?!\1)[^\\])*\1/g, ""))
  ) {
    problems.push(`${path}: uses Deno, but this folder must know no host`);
  }
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "imports: ok" : `imports: ${problems.length} wrong`);
Deno.exit(problems.length === 0 ? 0 : 1);
