import { readFile } from "node:fs/promises";
import { builtinModules, stripTypeScriptTypes } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { existsSync } from "node:fs";
import { LineIndex, type SourceModule } from "./source_module.ts";
import { diagnose, type Diagnostic, syntaxError } from "./diagnostic.ts";
import { Libraries, type NpmPackage } from "./libraries.ts";

const BUILTIN = new Set(builtinModules);

/** A program's modules as text, and those that couldn't be had. */
export interface LoadedProgram {
  readonly modules: readonly SourceModule[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What `deno info --json` says of a module. */
interface InfoModule {
  readonly specifier: string;
  readonly kind?: string;
  readonly local?: string;
  readonly mediaType?: string;
  readonly error?: string;
  readonly dependencies?: readonly InfoDependency[];
}

interface Info {
  readonly roots: readonly string[];
  readonly modules: readonly InfoModule[];
  readonly redirects: Readonly<Record<string, string>>;
  readonly npmPackages?: Readonly<Record<string, NpmPackage>>;
}

interface InfoDependency {
  readonly specifier: string;
  readonly code?: {
    readonly specifier?: string;
    /** Why it means nothing. */
    readonly error?: string;
    /** Lines and columns from 0. */
    readonly span?: { readonly start: InfoPlace; readonly end: InfoPlace };
  };
}

interface InfoPlace {
  readonly line: number;
  readonly character: number;
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
    env: { NO_COLOR: "1" },
  };
  const { code, stdout, stderr } = await new Deno.Command(deno, options).output();
  const said = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (code !== 0) throw new Error(`Cannot load ${main}: ${complaint(said(stderr))}`);
  const info = JSON.parse(said(stdout)) as Info;
  const root = appRoot(info.roots[0]!);
  const known = new Libraries(info.npmPackages ?? {}, (url) => pathOf(url, root));
  const loaded = await Promise.all(
    info.modules.map((module) =>
      load(module, { root, pathOf, deno, redirects: info.redirects, libraries: known })
    ),
  );
  if (libraries) {
    const entries = loaded.flatMap((module) => [...module?.imports.values() ?? []])
      .filter((url) => url.startsWith("file:") && !info.modules.some(({ specifier }) => specifier === url));
    loaded.push(...await known.modules([...new Set(entries)].map((url) => fileURLToPath(url))));
  }
  const modules = loaded.filter((module) => module !== undefined);
  const texts = new Map(modules.map(({ url, text, original = text }) => [url, original]));
  const diagnostics = [
    ...await Promise.all(info.modules.map(unparsed)),
    ...await Promise.all(info.modules.map(noJson)),
    ...info.modules.flatMap((module) => missingIn(module, { info, texts })),
  ].filter((one) => one !== undefined);
  const root0 = info.modules.find(({ specifier }) => specifier === info.roots[0]);
  if (root0?.error !== undefined && !diagnostics.some(({ file }) => file === root0.specifier)) {
    throw new Error(`Cannot load ${main}: ${root0.error.split("\n")[0]}`);
  }
  if (modules.length === 0 && diagnostics.length === 0) {
    throw new Error(`Cannot load ${main}: Deno gives no source of it (is it in node_modules?)`);
  }
  return { modules, diagnostics };
}

/** What Deno gave up for, and the reason it names for that, in one line. */
function complaint(said: string): string {
  const [what = ""] = said.split("\n");
  const cause = /^Caused by:\s+(.*)$/m.exec(said)?.[1];
  return `${what.replace(/^error: /, "").replace(/\.$/, "")}${cause === undefined ? "" : `: ${cause}`}`;
}

/** A module that Deno can't parse. */
async function unparsed({ specifier, error }: InfoModule): Promise<Diagnostic | undefined> {
  if (error === undefined) return undefined;
  const text = specifier.startsWith("file:")
    ? await readFile(fileURLToPath(specifier), "utf8").catch(() => undefined)
    : undefined;
  return syntaxError(specifier, error, text);
}

/** A module that should be JSON and isn't. */
async function noJson({ specifier: file, local, mediaType }: InfoModule): Promise<Diagnostic | undefined> {
  if (local === undefined || mediaType !== "Json") return undefined;
  const text = await readFile(local, "utf8");
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const said = (error as Error).message.replace(/ in JSON at position \d+.*/s, "").replaceAll(/\s+/g, " ");
    const [, at = String(text.length)] = /position (\d+)/.exec((error as Error).message) ?? [];
    const place = new LineIndex(text).at(Number(at));
    return diagnose({ code: "syntax", file, note: `no JSON: ${said}` }, place, text);
  }
}

/** Imports of a module that lead nowhere, where they stand. */
function missingIn(
  { specifier: file, dependencies = [] }: InfoModule,
  { info, texts }: { info: Info; texts: ReadonlyMap<string, string> },
): Diagnostic[] {
  const errors = new Map(info.modules.map(({ specifier, error }) => [specifier, error]));
  return dependencies.flatMap(({ specifier, code }) => {
    const to = code?.specifier;
    const said = code?.error ?? (to === undefined ? undefined : errors.get(info.redirects[to] ?? to));
    if (said === undefined || /^SyntaxError\b/.test(said)) return [];
    const { start = { line: 0, character: 0 }, end } = code?.span ?? {};
    const place = { line: start.line + 1, column: start.character };
    const note = `Cannot import ${specifier}: ${said.split("\n")[0]}`;
    return [diagnose(
      { code: "missing", file, note },
      end?.line === start.line ? { ...place, end: end.character } : place,
      texts.get(file),
    )];
  });
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
  { root, redirects, libraries, pathOf, deno }: {
    root: string;
    deno: string;
    redirects: Readonly<Record<string, string>>;
    libraries: Libraries;
    pathOf: (url: string, root: string) => string;
  },
): Promise<SourceModule | undefined> {
  const { specifier, local, mediaType = "", dependencies = [] } = module;
  if (local === undefined || !/^(JavaScript|Mjs|Cjs|TypeScript|Mts|Cts|JSX|TSX)$/.test(mediaType)) {
    return undefined;
  }
  const source = await readFile(local, "utf8");
  const text = await lowered({ source, mediaType, local, deno }) ?? javascript(source, mediaType);
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
    ...(text !== source && text.length === source.length ? { original: source } : {}),
    kind: mediaType === "Cjs" || mediaType === "Cts" ? "script" : "module",
    imports,
  };
}

function pathFrom(url: string, root: string): string {
  return url.startsWith(root)
    ? decodeURIComponent(relative(new URL(root).pathname, new URL(url).pathname))
    : url;
}

/** What JavaScript's parsers don't know: JSX, and decorators. */
const NEEDS_LOWERING = /^(JSX|TSX)$/, MAY_HAVE_DECORATORS = /^\s*(?:export\s+(?:default\s+)?)?@[\w$(]/m;

/**
 * The text as Deno itself lowers it, with its positions; undefined if there is no need, or it cannot.
 */
async function lowered(
  { source, mediaType, local, deno }: { source: string; mediaType: string; local: string; deno: string },
): Promise<string | undefined> {
  const isScript = mediaType === "Cjs" || mediaType === "Cts";
  if (isScript || (!NEEDS_LOWERING.test(mediaType) && !MAY_HAVE_DECORATORS.test(source))) return undefined;
  const { code, stdout } = await new Deno.Command(deno, {
    args: ["transpile", "--quiet", "--no-lock", local],
    cwd: dirname(local),
    stderr: "null",
  }).output();
  return code === 0 ? new TextDecoder().decode(stdout) : undefined;
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
