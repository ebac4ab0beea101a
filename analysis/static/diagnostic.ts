/** A problem in the user's program. */
export interface Diagnostic {
  /** `syntax`: the module can't be parsed. `missing`: what it imports can't be had. */
  readonly code: "syntax" | "missing";
  /** URL of the module that the problem is in. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
  readonly note: string;
  /** The line with a mark under the place, and the one before; empty if there is no text to show. */
  readonly frame: string;
}

/** Columns of a line that a frame shows: a line of a minified file is no line to look at. */
const MOST_COLUMNS = 100;

/** A place in a text: line from 1, column from 0; `end` is the column after its last on that line. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
  readonly end?: number;
}

/**
 * The line of a place with carets under it, and the line before, numbered.
 *
 * @example
 * ```ts
 * console.assert(codeFrame("let a;\nlet = 1;", { line: 2, column: 4 }) === "1 | let a;\n2 | let = 1;\n  |     ^");
 * ```
 */
export function codeFrame(text: string, { line, column, end = column + 1 }: TextPlace): string {
  const lines = text.split(/\r?\n/);
  const shown = lines[line - 1];
  if (shown === undefined) return "";
  const from = shown.length <= MOST_COLUMNS ? 0 : Math.max(0, column - MOST_COLUMNS / 2);
  const cut = (text: string) => text.slice(from, from + MOST_COLUMNS);
  const width = String(line).length;
  const row = (number: string, text: string) => `${number.padStart(width)} | ${text}`.trimEnd();
  const lead = shown.slice(from, column).replaceAll(/[^\t]/g, " ").padEnd(column - from);
  const carets = "^".repeat(Math.max(1, Math.min(end, from + MOST_COLUMNS) - column));
  const before = line > 1 ? [row(String(line - 1), cut(lines[line - 2]!))] : [];
  return [...before, row(String(line), cut(shown)), row("", lead + carets)].join("\n");
}

/** A diagnostic with the frame that a text gives it. */
export function diagnose(
  { code, file, note }: Pick<Diagnostic, "code" | "file" | "note">,
  place: TextPlace,
  text: string | undefined,
): Diagnostic {
  const { line, column } = place;
  return { code, file, line, column, note, frame: text === undefined ? "" : codeFrame(text, place) };
}

/** What `deno info` says of a module that it can't parse: in its first line what is wrong, at the end where. */
export function syntaxError(file: string, error: string, text: string | undefined): Diagnostic | undefined {
  if (!/^SyntaxError\b/.test(error)) return undefined;
  const note = error.split("\n")[0]!.replace(/^SyntaxError: /, "");
  const [, line = "1", column = "1"] = /:(\d+):(\d+)\s*$/.exec(error) ?? [];
  return diagnose({ code: "syntax", file, note }, { line: Number(line), column: Number(column) - 1 }, text);
}
