import { parse as acornParse } from "acorn";
import type { Node } from "./model.ts";

/** A module that can't be parsed: it runs as it is, and its methods stay on the device. */
export class ParseError extends Error {
  override readonly name = "ParseError";
  constructor(message: string, readonly line: number, readonly column: number, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Parses JavaScript as Deno runs it (types already stripped). @throws {ParseError} with line (1-based) and column. */
export function parse(source: string, isModule: boolean): Node {
  try {
    return acornParse(source, {
      ecmaVersion: "latest",
      sourceType: isModule ? "module" : "script",
      allowReturnOutsideFunction: !isModule,
      allowAwaitOutsideFunction: isModule,
      allowHashBang: true,
      allowSuperOutsideMethod: false,
    });
  } catch (error) {
    const at = (error as { loc?: { line: number; column: number } }).loc;
    throw new ParseError(`Cannot parse module: ${(error as Error).message}`, at?.line ?? 1, at?.column ?? 0, {
      cause: error,
    });
  }
}
