import { deepEqual } from "node:assert/strict";

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
  "./run.ts",
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
