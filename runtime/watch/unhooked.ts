import * as nodeModule from "node:module";
import { newFunction } from "../heap/intrinsics.ts";
import { hasText, testRegExp } from "../heap/texts.ts";

/** What `registerHooks` takes; Deno hands over and takes anything. */
// deno-lint-ignore no-explicit-any
type ModuleHooks = Partial<Record<"resolve" | "load", (...given: any[]) => any>>;

/**
 * Loads the ES module that is being required from this path as if there were no hooks. Returns what a load hook answers for
 * it: a script that does nothing, as it has its exports already.
 */
type LoadRequired = (path: string) => object;

/** Starts a line of an ES module and of no script, but in a comment or a template. */
const MODULE_SYNTAX = /^\s*(?:import\b(?!\s*[(.])|export\b(?!\s*[.=(]))/m;

/** Whether a text that `require` is given is an ES module's. */
export function looksLikeModule(url: string, source: unknown): boolean {
  return testRegExp(/^file:/, url) && typeof source === "string" &&
    !testRegExp(/\.(cjs|cts|json|node)(\?|$)/, url) &&
    (testRegExp(/\.m[jt]s(\?|$)/, url) || testRegExp(MODULE_SYNTAX, source) && !isScript(source));
}

function isScript(source: string): boolean {
  try {
    new newFunction("exports", "require", "module", testRegExp(/^#!/, source) ? `//${source}` : source);
    return true;
  } catch {
    return false;
  }
}

/** For a built-in the engine's loader takes no source from a hook, and goes on as it does without one. */
export const FROM_DISK = { format: "builtin", source: null, shortCircuit: true };

/** Whether a file is imported as a text or bytes: Deno would show a hook the code that it makes of it. */
// deno-lint-ignore no-explicit-any
export function isRaw(hook: any): boolean {
  const type = hook.importAttributes?.type;
  return type === "text" || type === "bytes";
}

/**
 * Whether a hook is shown another text than the engine would run: where a file has no imports and exports, Deno gives hooks a
 * decorated class under another name than its uses.
 */
export function isShownWrongly(source: unknown): boolean {
  return typeof source === "string" && hasText(source, "_apply_decs") && testRegExp(RENAMED, source);
}

const RENAMED = /\bclass ([\w$]+?)\d+\b[^{]*\{\s*static\s*\{\s*\(\{[^}]*\bc: \[_\1,/;

/** What a load hook answers for a module that the engine is to load as if there were no hook. */
export const PAST_HOOKS = { source: null, shortCircuit: true };

/** Hooks module loading. With any hooks on, the engine resolves no import of an ES module that a script requires. */
export function hookModules(make: (loadRequired: LoadRequired) => ModuleHooks): void {
  // deno-lint-ignore no-explicit-any
  const Module: any = (nodeModule as any).default;
  const { _cache: cache, _extensions: { ".mjs": load } } = Module;
  const hooks = make((path) => {
    registered.deregister();
    try {
      load(cache[path], path);
    } finally {
      registered = Module.registerHooks(hooks);
    }
    return { source: "", format: "commonjs", shortCircuit: true };
  });
  let registered = Module.registerHooks(hooks);
}
