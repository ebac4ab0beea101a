/** One test of test262, with what its front matter says. */
export interface Test262Test {
  readonly path: string;
  readonly source: string;
  readonly flags: ReadonlySet<string>;
  /** Texts of the harness files that it needs, in order. */
  readonly includes: readonly string[];
  readonly negative?: { readonly phase: string; readonly type: string };
}

const harness = new Map<string, string>();

/** Reads a test of the checkout at `root`. */
export function parseTest(root: string, path: string): Test262Test {
  const source = Deno.readTextFileSync(`${root}/${path}`);
  const matter = /\/\*---([\s\S]*?)---\*\//.exec(source)?.[1] ?? "";
  const flags = new Set(listIn(matter, "flags"));
  const includes = flags.has("raw") ? [] : ["assert.js", "sta.js", ...listIn(matter, "includes")];
  if (flags.has("async")) includes.push("doneprintHandle.js");
  const phase = /negative:[\s\S]*?phase:\s*(\w+)/.exec(matter)?.[1];
  const type = /negative:[\s\S]*?type:\s*(\w+)/.exec(matter)?.[1];
  return {
    path,
    source,
    flags,
    includes: includes.map((name) => harnessText(root, name)),
    ...(phase !== undefined && type !== undefined && { negative: { phase, type } }),
  };
}

function harnessText(root: string, name: string): string {
  let text = harness.get(name);
  if (text === undefined) harness.set(name, text = Deno.readTextFileSync(`${root}/harness/${name}`));
  return text;
}

/** Both of YAML's ways to write a list. */
function listIn(matter: string, key: string): string[] {
  const inline = new RegExp(`^${key}:\\s*\\[(.*?)\\]`, "ms").exec(matter);
  if (inline !== null) return inline[1]!.split(",").map((item) => item.trim()).filter((item) => item !== "");
  const lines = new RegExp(`^${key}:\\s*\\n((?:\\s+-.*\\n?)+)`, "m").exec(matter);
  return lines === null ? [] : [...lines[1]!.matchAll(/-\s*(\S+)/g)].map((match) => match[1]!);
}
