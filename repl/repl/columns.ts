import { printable } from "./printable.ts";

/** Columns that a line of the terminal has; a line that goes elsewhere may be as long as it is. */
export function terminalRoom(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : Infinity;
}

/**
 * Rows under a header, columns aligned, control characters escaped; without a header if it is undefined. Where a line would have more
 * than `room` characters the widest column has lines of its own: below the others, unless it is the first.
 */
export function columns(
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  room: number = terminalRoom(),
): string[] {
  const all = [...header === undefined ? [] : [header], ...rows.map((row) => row.map(printable))];
  const widths = all[0]?.map((_, i) => Math.max(...all.map((row) => row[i]!.length))) ?? [];
  const aligned = (row: readonly string[], except?: number) =>
    row.flatMap((cell, i) => i === except ? [] : [cell.padEnd(widths[i]!)]).join("  ").trimEnd();
  const lines = all.map((row) => aligned(row));
  if (lines.every((line) => line.length <= room)) return lines;
  const widest = widths.indexOf(Math.max(...widths));
  return all.flatMap((row) => {
    const parts = [row[widest]!, aligned(row, widest)];
    // What a row is called comes first.
    const [upper, lower] = widest === 0 ? parts : parts.reverse();
    return [upper!, ...lower === "" ? [] : [`    ${lower}`]];
  });
}
