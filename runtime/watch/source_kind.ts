import { testRegExp } from "../heap/texts.ts";

/** ES module or CommonJS script; `either` if only its text can tell. */
export type SourceKind = "module" | "script" | "either";

/** What is loaded through `require` is mostly a script, but nothing says so. */
export function kindOf(url: string, required: boolean, format: string | undefined): SourceKind {
  if (format === "commonjs" || testRegExp(/\.cjs(\?|$)/, url)) return "script";
  if (format === "module" || !required || testRegExp(/\.mjs(\?|$)/, url)) return "module";
  return "either";
}
