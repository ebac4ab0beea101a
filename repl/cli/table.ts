/** Prints rows under a header, columns aligned. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const line of tableLines(header, rows)) console.log(line);
}

/** The same where the terminal has room for it; else each row as lines of its own, `-` left out. */
export function printTableOrRecords(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const columns = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : Infinity;
  for (const line of fittingLines(header, rows, columns)) console.log(line);
}

/** What {@linkcode printTableOrRecords} prints into so many columns. */
export function fittingLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): string[] {
  const lines = tableLines(header, rows);
  if (lines.every((line) => line.length <= columns)) return lines;
  const width = Math.max(...header.map((title) => title.length));
  return rows.flatMap((row, i) => [
    ...(i === 0 ? [] : [""]),
    ...row.flatMap((cell, k) => cell === "-" || cell === "" ? [] : [`${header[k]!.padEnd(width)}  ${cell}`]),
  ]);
}

function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  return [header, ...rows].map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd());
}
