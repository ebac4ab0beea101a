import { readFile } from "node:fs/promises";
import { builtinModules, stripTypeScriptTypes } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { existsSync } from "node:fs";
import type { SourceModule } from "./source_module.ts";
import type { Diagnostic } from "./analyze.ts";
import { Libraries, type NpmPackage } from "./libraries.ts";

const BUILTIN = new Set(builtinModules);

/** A program's modules as text, and those that couldn't be had. */
export interface LoadedProgram {
  readonly modules: readonly SourceModule[];
  readonly diagnostics: readonly (Omit<Diagnostic, "code"> & { readonly code: "missing" })[];
}

/** What `deno info --json` says of a module. */
interface InfoModule {
  readonly specifier: string;
  readonly kind?: string;
  readonly local?: string;
  readonly mediaType?: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier?: string };
  }[];
}

/** How a program's modules are found. */
export interface LoadOptions {
  /** The Deno to ask. */
  readonly deno?: string;
  readonly signal?: AbortSignal;
  /** Whether to follow imports into npm packages, as far as they are installed. */
  readonly libraries?: boolean;
  /** A module's path in method ids; from the app's root if left out. */
  readonly pathOf?: (url: string, root: string) => string;
}

/**
 * Loads the modules that a main module reaches by its imports, as Deno resolves them, without running anything. Types are
 * blanked out in place, so positions are the source's own.
 *
 * @throws {Error} if Deno can't read the main module.
 */
export async function loadProgram(
  main: string,
  { deno = Deno.execPath(), signal, libraries = false, pathOf = pathFrom }: LoadOptions = {},
): Promise<LoadedProgram> {
  const local = /^[a-z][a-z+.-]+:/i.test(main) ? undefined : resolve(main);
  // Deno finds the configuration (import map, node_modules) from the folder it stands in.
  const cwd = local !== undefined && existsSync(dirname(local)) ? { cwd: dirname(local) } : {};
  const options = {
    args: ["info", "--json", local ?? main],
    ...cwd,
    ...(signal === undefined ? {} : { signal }),
  };
  const { code, stdout, stderr } = await new Deno.Command(deno, options).output();
  const said = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (code !== 0) throw new Error(`Cannot load ${main}: ${said(stderr).split("\n")[0]}`);
  const info = JSON.parse(said(stdout)) as {
    roots: string[];
    modules: InfoModule[];
    redirects: Record<string, string>;
    npmPackages?: Record<string, NpmPackage>;
  };
  const root = appRoot(info.roots[0]!);
  const known = new Libraries(info.npmPackages ?? {}, (url) => pathOf(url, root));
  const loaded = await Promise.all(
    info.modules.map((module) => load(module, { root, pathOf, redirects: info.redirects, libraries: known })),
  );
  if (libraries) {
    const entries = loaded.flatMap((module) => [...module?.imports.values() ?? []])
      .filter((url) => url.startsWith("file:") && !info.modules.some(({ specifier }) => specifier === url));
    loaded.push(...await known.modules([...new Set(entries)].map((url) => fileURLToPath(url))));
  }
  const failed = info.modules.filter(({ error }) => error !== undefined);
  if (failed.some(({ specifier }) => specifier === info.roots[0])) {
    throw new Error(`Cannot load ${main}: ${failed[0]!.error!.split("\n")[0]}`);
  }
  const modules = loaded.filter((module) => module !== undefined);
  if (modules.length === 0) {
    throw new Error(`Cannot load ${main}: Deno gives no source of it (is it in node_modules?)`);
  }
  return {
    modules,
    diagnostics: failed.map(({ specifier, error }) => (
      { code: "missing", file: specifier, line: 1, column: 0, note: error!.split("\n")[0]! }
    )),
  };
}

/** The folder that method ids' paths begin at: the nearest deno.json or package.json at or above the main module, else its own. */
export function appRoot(main: string): string {
  if (!main.startsWith("file:")) return new URL(".", main).href;
  const own = dirname(fileURLToPath(main));
  for (let folder = own;; folder = dirname(folder)) {
    if (["deno.json", "deno.jsonc", "package.json"].some((name) => existsSync(join(folder, name)))) {
      return pathToFileURL(`${folder}/`).href;
    }
    if (dirname(folder) === folder) return pathToFileURL(`${own}/`).href;
  }
}

async function load(
  module: InfoModule,
  { root, redirects, libraries, pathOf }: {
    root: string;
    redirects: Record<string, string>;
    libraries: Libraries;
    pathOf: (url: string, root: string) => string;
  },
): Promise<SourceModule | undefined> {
  const { specifier, local, mediaType = "", dependencies = [] } = module;
  if (local === undefined || !/^(JavaScript|Mjs|Cjs|TypeScript|Mts|Cts|JSX|TSX)$/.test(mediaType)) {
    return undefined;
  }
  const text = javascript(await readFile(local, "utf8"), mediaType);
  const imports = new Map<string, string>();
  for (const dependency of dependencies) {
    const to = dependency.code?.specifier;
    if (to === undefined) continue;
    const url = redirects[to] ?? to;
    const npm = /^npm:/.test(url) || (!/^[a-z]+:/.test(url) && !BUILTIN.has(url))
      ? libraries.entry(`npm:${url.replace(/^npm:\/?/, "")}`)
      : undefined;
    imports.set(dependency.specifier, npm === undefined ? url : pathToFileURL(npm).href);
  }
  return {
    url: specifier,
    path: pathOf(specifier, root),
    text,
    kind: mediaType === "Cjs" || mediaType === "Cts" ? "script" : "module",
    imports,
  };
}

function pathFrom(url: string, root: string): string {
  return url.startsWith(root)
    ? decodeURIComponent(relative(new URL(root).pathname, new URL(url).pathname))
    : url;
}

/** The text with types blanked out; where syntax must be rewritten (enums, JSX), without positions. */
function javascript(text: string, mediaType: string): string {
  if (/^(JavaScript|Mjs|Cjs)$/.test(mediaType)) return text;
  try {
    return stripTypeScriptTypes(text, { mode: "strip" });
  } catch {
    try {
      // Node's newest types have dropped this mode; Deno has it.
      return (stripTypeScriptTypes as (text: string, options: { mode: string }) => string)(text, {
        mode: "transform",
      });
    } catch {
      return text; // It won't parse, and the diagnostic says where.
    }
  }
}
