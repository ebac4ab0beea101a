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

Deno.test("the way of a run to its app's start loads nothing of Node's", async () => {
  for (
    const path of [
      "./main.ts",
      "./run.ts",
      "./supervisor.ts",
      "./clones.ts",
      "./watched_run.ts",
      "../../net/link/spec/mod.ts",
      "../../net/files/sent/mod.ts",
      "../../analysis/cost/mod.ts",
      "../../runtime/thread/migration_service.ts",
    ]
  ) {
    const loaded = await loadedWith(path);
    deepEqual([path, [...loaded].filter((specifier) => specifier.startsWith("node:"))], [path, []]);
  }
});
