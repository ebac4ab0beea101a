import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { endsWith, startsWith, testRegExp } from "../heap/texts.ts";
import { TypeErrorCtor, urlText } from "../thread/intrinsics.ts";

/** Whether a specifier leads nowhere: with hooks on, Deno takes a bare one for a file's name, and any name for a built-in's. */
export function leadsNowhere(specifier: string, parent: string | undefined, url: string): boolean {
  if (startsWith(url, "node:")) return !isBuiltin(url);
  return startsWith(url, "npm:") || isBare(specifier) && url === parsed(specifier, parent);
}

/** What Deno fails an `import()` of such a specifier with; undefined if it may lead somewhere. */
export function failedResolution(specifier: string, parent: string, url: string): Error | undefined {
  if (startsWith(url, "npm:") || !leadsNowhere(specifier, parent, url)) return undefined;
  if (startsWith(url, "node:")) return notFound(`No such built-in module: ${url}`);
  const isFile = specifier !== "" && startsWith(url, "file:") && infoOf(fileURLToPath(url))?.isFile;
  return isFile ? undefined : notFound(`Import "${specifier}" not a dependency`);
}

function parsed(specifier: string, parent: string | undefined): string | undefined {
  const found = parse(specifier, parent);
  return found === null ? undefined : urlText(found);
}

function isBare(specifier: string): boolean {
  return !testRegExp(/^\.{0,2}\//, specifier) && !canParse(specifier);
}

/**
 * What Deno fails an `import()` with where module hooks are at work, is not always what it does without: it tells where the
 * import stands, or takes JSON for code. This is the error that a load hook fails with instead; undefined if there is none.
 */
export function failedImport(url: string, source: unknown, attributes: unknown): Error | undefined {
  if (!startsWith(url, "file:")) return undefined;
  if (source !== null && source !== undefined) {
    const isUnnamed = endsWith(url, ".json") &&
      (attributes as { type?: unknown } | undefined)?.type !== "json";
    return isUnnamed ? notFound(UNNAMED_JSON) : undefined;
  }
  const found = infoOf(fileURLToPath(url));
  if (found === undefined) return notFound(`Module not found "${url}".`);
  return found.isDirectory
    ? notFound(`[ERR_UNSUPPORTED_DIR_IMPORT] Directory import '${url}' ${NO_DIR}`)
    : undefined;
}

// The app may set others.
const canParse = URL.canParse.bind(URL);
const parse = URL.parse.bind(URL);
const { assign } = Object;
// Not `node:fs`: with it loaded an app starts 30 ms of CPU time later.
const { errors, statSync } = Deno;

function infoOf(path: string): Deno.FileInfo | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (error instanceof errors.NotFound || error instanceof errors.NotADirectory) return undefined;
    throw error;
  }
}

const UNNAMED_JSON =
  'Attempted to load JSON module without specifying "type": "json" attribute in the import statement.';
const NO_DIR = "is not supported resolving ES modules";

/** The engine makes a TypeError of it, whose message is this one's text. */
function notFound(message: string): Error {
  return assign(new TypeErrorCtor(message), { name: "", code: "ERR_MODULE_NOT_FOUND" });
}
