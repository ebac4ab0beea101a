import { deepEqual, equal, match, ok } from "node:assert/strict";
import { appCode } from "../boot/mod.ts";
import { findBundle, isBundle, MANIFEST, SOURCE, stampOf } from "../boot/bundle.ts";
import { makeBundles } from "../boot/bundler.ts";

interface Graph {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/** What a module brings along before any of it runs. */
async function loadedWith(path: string): Promise<ReadonlySet<string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", decodeURIComponent(new URL(path, import.meta.url).pathname)],
  }).output();
  const { roots, modules } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  const found = new Set(roots);
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  // It grows while it is walked.
  for (const specifier of found) {
    for (const { code, isDynamic } of bySpecifier.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) found.add(code.specifier);
    }
  }
  return found;
}

/** What a run with a clone loads in the command line's process, one after the other. */
const LOADED_BY_RUN = [
  "./main.ts",
  "./start.ts",
  "./run_client.ts",
  "./run.ts",
  "./own_run.ts",
  "./run_aside.ts",
  "./supervisor.ts",
  "./clones.ts",
  "./watched_run.ts",
  "../../net/link/spec/mod.ts",
  "../../net/files/sent/mod.ts",
  "../../analysis/cost/mod.ts",
  "../../runtime/thread/migration_service.ts",
];

Deno.test("a run with a clone loads nothing of Node's, by itself or by a global timer", async () => {
  const found: string[] = [];
  for (const path of LOADED_BY_RUN) {
    for (const specifier of await loadedWith(path)) {
      if (specifier.startsWith("node:")) found.push(`${path}: ${specifier}`);
      if (!specifier.startsWith("file:")) continue;
      const timers = (await Deno.readTextFile(new URL(specifier))).match(/(?<![.\w])set(Timeout|Interval)\(/);
      if (timers !== null) found.push(`${specifier}: ${timers[0]}`);
    }
  }
  deepEqual(found, []);
});

/** Each takes an app process as long as 0.2 ms to find, read and link, unless there is a bundle. */
const MOST_MODULES = { "../boot/start.ts": 168, "../boot/watch.ts": 17 };

Deno.test("a run that the running peer serves loads no package and few modules in the calling process", async () => {
  const loaded = new Set([...await loadedWith("./start.ts"), ...await loadedWith("./run_client.ts")]);
  deepEqual([...loaded].filter((specifier) => !specifier.startsWith("file:")), []);
  ok(loaded.size <= 20, `${loaded.size} modules`);
});

Deno.test("an app process loads no more modules than it did", async () => {
  for (const [path, most] of Object.entries(MOST_MODULES)) {
    const own = [...await loadedWith(path)].filter((specifier) => specifier.startsWith("file:"));
    ok(own.length <= most, `${path}: ${own.length} modules`);
  }
});

Deno.test("makeBundles() makes one module of all that an app process loads", async () => {
  await makeBundles({ wait: true });
  const { urls, bundled } = appCode();
  ok(bundled);
  for (const url of Object.values(urls)) {
    const [, imported] = /import\("(.*?)"\)/.exec(Deno.readTextFileSync(new URL(url)))!;
    const code = new URL(imported!, url);
    ok(isBundle(code.href), code.href);
    const text = Deno.readTextFileSync(new URL(code.pathname, code));
    const sources = text.matchAll(/^(?:import|export)\b.*?from "(.*?)";$/gm);
    deepEqual([...sources].map(([, source]) => source!).filter((source) => !source.startsWith("node:")), []);
    // What a profile knows the wait for a clone by.
    if (url === urls.boot) equal(text.match(/^ +(?:async )?wait\(/gm)?.length, 1);
  }
});

Deno.test("findBundle() finds none when a file that it was made from has changed, or that was another folder's", () => {
  const folder = Deno.makeTempDirSync({ prefix: "bundle-" });
  try {
    const file = `${folder}/part.ts`;
    Deno.writeTextFileSync(file, "export const a = 1;");
    const made = [[file, stampOf(file)]];
    const entries = { boot: "boot-1.mjs", watch: "watch-1.mjs" };
    const write = (source: string) =>
      Deno.writeTextFileSync(`${folder}/${MANIFEST}`, JSON.stringify({ source, entries, made }));
    equal(findBundle({ folder }), undefined);
    write(SOURCE);
    match(findBundle({ folder })!.urls.boot, /^file:.*\/boot-1\.mjs$/);
    write("file:///elsewhere/");
    equal(findBundle({ folder }), undefined);
    write(SOURCE);
    const { mtime, ctime } = Deno.statSync(file);
    // Until the file system's clock has stepped.
    for (let n = 0; Deno.statSync(file).ctime!.getTime() === ctime!.getTime() && n < 1e6; n++) {
      Deno.writeTextFileSync(file, "export const a = 2;");
    }
    Deno.utimeSync(file, mtime!, mtime!);
    equal(findBundle({ folder }), undefined);
    Deno.removeSync(file);
    equal(findBundle({ folder }), undefined);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
