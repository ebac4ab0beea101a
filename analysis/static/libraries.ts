import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { exports as resolveExports, imports as resolveImports } from "resolve.exports";
import type { SourceModule } from "./source_module.ts";

/** An npm package as Deno installed it: `deno info --json` lists them. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Keys of the packages that its own imports mean. */
  readonly dependencies: readonly string[];
  readonly localPath: string;
}

/** Conditions under which Deno takes an entry of a package's exports. */
const CONDITIONS = ["deno", "node"];
const BUILTIN = new Set(builtinModules);

/** Finds and reads the modules of npm packages, as Deno would load them. */
export class Libraries {
  readonly #packages: Readonly<Record<string, NpmPackage>>;
  readonly #pathOf: (url: string) => string;
  readonly #manifests = new Map<string, Record<string, unknown>>();

  constructor(packages: Readonly<Record<string, NpmPackage>>, pathOf: (url: string) => string) {
    this.#packages = packages;
    this.#pathOf = pathOf;
  }

  /** The file that an app's import means, if Deno resolved it to `npm:…`; undefined if it can't be found. */
  entry(npm: string): string | undefined {
    const [, id = "", subpath = ""] = /^npm:\/?((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(npm) ?? [];
    const name = id.replace(/(.)@.*$/, "$1");
    const key = this.#packages[id] === undefined
      ? Object.keys(this.#packages).find((known) => this.#packages[known]!.name === name)
      : id;
    return key === undefined ? undefined : this.#inPackage(this.#packages[key]!, subpath, "import");
  }

  /** All modules that these files lead to, each once. */
  async modules(entries: readonly string[]): Promise<SourceModule[]> {
    const found = new Map<string, Promise<SourceModule | undefined>>();
    const visit = (file: string): Promise<SourceModule | undefined> => {
      const known = found.get(file);
      if (known !== undefined) return known;
      const loading = this.#read(file);
      found.set(file, loading);
      return loading;
    };
    let queue = [...entries];
    while (queue.length > 0) {
      const batch = await Promise.all(queue.map(visit));
      const next = batch.flatMap((module) => module === undefined ? [] : [...module.imports.values()]);
      queue = [...new Set(next.filter((url) => url.startsWith("file:")).map((url) => fileURLToPath(url)))]
        .filter((file) => !found.has(file));
    }
    return (await Promise.all(found.values())).filter((module) => module !== undefined);
  }

  async #read(file: string): Promise<SourceModule | undefined> {
    if (!/\.[cm]?js$/.test(file)) return undefined;
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const isModule = this.#isModule(file, text);
    const imports = new Map<string, string>();
    for (const [specifier, how] of specifiersOf(text, isModule)) {
      const to = this.#resolve(specifier, file, how);
      if (to !== undefined) imports.set(specifier, to);
    }
    const url = pathToFileURL(file).href;
    return { url, path: this.#pathOf(url), text, kind: isModule ? "module" : "script", imports };
  }

  #isModule(file: string, text: string): boolean {
    if (/\.mjs$/.test(file)) return true;
    if (/\.cjs$/.test(file)) return false;
    const type = this.#manifestAbove(file).type;
    return type === "module" || (type === undefined && /^\s*(?:import|export)\b[^(.]/m.test(text) &&
      !/\brequire\s*\(|\bmodule\.exports\b/.test(text));
  }

  #resolve(specifier: string, from: string, how: "import" | "require"): string | undefined {
    if (specifier.startsWith("node:")) return specifier;
    if (/^\.{0,2}\//.test(specifier)) return urlOf(fileAt(join(dirname(from), specifier)));
    if (specifier.startsWith("#")) {
      const folder = this.#folderOf(from);
      const target = resolveImports(this.#manifest(folder), specifier, {
        conditions: CONDITIONS,
        require: how === "require",
      });
      return target?.[0]?.startsWith(".") ? urlOf(fileAt(join(folder, target[0]))) : undefined;
    }
    const [, name = "", subpath = ""] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(specifier) ?? [];
    const found = this.#dependency(name, from);
    if (found !== undefined) return urlOf(this.#inPackage(found, subpath, how));
    return BUILTIN.has(specifier) ? `node:${specifier}` : undefined;
  }

  /** The package that a name means to a file: one of its package's dependencies, or that package itself. */
  #dependency(name: string, from: string): NpmPackage | undefined {
    const own = Object.values(this.#packages).find(({ localPath }) => from.startsWith(`${localPath}/`));
    if (own?.name === name) return own;
    const key = own?.dependencies.find((key) => this.#packages[key]?.name === name);
    return key === undefined ? undefined : this.#packages[key];
  }

  #inPackage(found: NpmPackage, subpath: string, how: "import" | "require"): string | undefined {
    const folder = realpathSync(found.localPath);
    const manifest = this.#manifest(folder);
    if (manifest.exports !== undefined) {
      const options = { conditions: CONDITIONS, require: how === "require" };
      try {
        const target = resolveExports(manifest, `.${subpath}`, options)?.[0];
        return target === undefined ? undefined : fileAt(join(folder, target));
      } catch {
        return undefined; // The package doesn't export that.
      }
    }
    return fileAt(subpath === "" ? folder : join(folder, subpath));
  }

  #folderOf(file: string): string {
    for (let folder = dirname(file);; folder = dirname(folder)) {
      if (existsSync(join(folder, "package.json")) || dirname(folder) === folder) return folder;
    }
  }

  #manifestAbove(file: string): Record<string, unknown> {
    return this.#manifest(this.#folderOf(file));
  }

  #manifest(folder: string): Record<string, unknown> {
    let manifest = this.#manifests.get(folder);
    if (manifest === undefined) this.#manifests.set(folder, manifest = manifestIn(folder));
    return manifest;
  }
}

function manifestIn(folder: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  } catch {
    return {};
  }
}

/** A file as CommonJS finds it: itself, with an extension, or a folder's main module. */
function fileAt(path: string): string | undefined {
  for (const candidate of [path, `${path}.js`, `${path}.cjs`, `${path}.json`]) {
    if (isFile(candidate)) return realpathSync(candidate);
  }
  const { main } = manifestIn(path);
  const mains = typeof main === "string"
    ? [join(path, main), join(path, `${main}.js`), join(path, main, "index.js")]
    : [];
  const found = [...mains, join(path, "index.js")].find(isFile);
  return found === undefined ? undefined : realpathSync(found);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function urlOf(file: string | undefined): string | undefined {
  return file === undefined || extname(file) === ".node" ? undefined : pathToFileURL(file).href;
}

/** Texts that look like imports; one in a comment leads to a module too many at most. */
function specifiersOf(text: string, isModule: boolean): Map<string, "import" | "require"> {
  const found = new Map<string, "import" | "require">();
  if (isModule) {
    for (const [, specifier] of text.matchAll(/(?:\bfrom|\bimport)\s*["']([^"'\n]+)["']/g)) {
      found.set(specifier!, "import");
    }
  } else {
    for (const [, specifier] of text.matchAll(/\brequire\s*\(\s*["']([^"'\n]+)["']\s*\)/g)) {
      found.set(specifier!, "require");
    }
  }
  for (const [, specifier] of text.matchAll(/\bimport\s*\(\s*["']([^"'\n]+)["']\s*\)/g)) {
    if (!found.has(specifier!)) found.set(specifier!, "import");
  }
  return found;
}
