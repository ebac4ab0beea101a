import type { Unsent } from "../heap/mod.ts";
import type { Values } from "../host/values.ts";
import { GLOBAL_MODULE } from "./global_bindings.ts";
import { startsWith } from "../heap/texts.ts";

/** What an answer may name that wasn't sent: harmless built-ins, and code of the modules that were `shipped`. */
export function unsentRules(values: Values, shipped: () => ReadonlySet<string>): Unsent {
  return {
    mayName: (builtin) => values.mayComeHome(builtin),
    // Of modules of another kind only imports are known, which can't be changed.
    hasCodeOf: (module) => module === GLOBAL_MODULE || startsWith(module, "values:") || shipped().has(module),
  };
}
