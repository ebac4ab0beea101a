/** Commands that show a thread and its state. */
import type { StageRow } from "../../runtime/mod.ts";
import { UsageError } from "../cli/mod.ts";
import { columns, terminalRoom } from "./columns.ts";
import type { Context, ReplCommand } from "./command.ts";
import { stageLine, standing } from "./going.ts";
import { printable } from "./printable.ts";

/** Rows that `table` shows unless it is asked for all. */
const ROWS_SHOWN = 50;

export const LOOKING: readonly ReplCommand[] = [
  {
    name: "threads",
    summary: "list the app's threads and what each does",
    run: ({ app, print }) => {
      const rows = app.threads().map(({ name, state, method }) => [name, state, method]);
      if (rows.length === 0) print("no threads: the app doesn't run");
      else columns(["THREAD", "STATE", "METHOD"], rows).forEach(print);
    },
  },
  {
    name: "where",
    summary: "show where the thread stands, and its frames",
    details: ["Frames below the migrating method stay on the device; nothing at the clone can reach them."],
    run: where,
  },
  {
    name: "locals",
    summary: "show this, arguments, captured variables and module bindings, as they were captured",
    details: ["Values are shown as they were on the device. None of the app's code runs for it."],
    run: (context) => {
      const rows = standing(context).variables.map(({ name, where, value }) => [name, where, value]);
      columns(["NAME", "WHERE", "VALUE"], rows).forEach(context.print);
    },
  },
  {
    name: "table",
    args: "[all|STATE|TEXT]",
    summary:
      "show the object mapping table as it stands; only rows in that state, or with TEXT in class or path",
    details: [
      "MID    id at the device; null while the device doesn't know the object",
      "CID    id at the clone; null while the clone doesn't know it, or the device hasn't heard",
      "state  out: migrated, changed, named (the clone has it as it is); home: new, changed, unchanged, dead",
    ],
    complete: () => ["all", "migrated", "changed", "named", "new", "unchanged", "dead"],
    run: table,
  },
  {
    name: "bytes",
    summary: "show what the packet's bytes are: by root, path, class and module",
    run: bytes,
  },
  {
    name: "why",
    args: "MID",
    summary: "show why an object travels: the shortest path from a root, with each step's bytes",
    complete: ({ app }) => (app.stand?.rows ?? []).flatMap(({ mid }) => mid === null ? [] : [String(mid)]),
    run: why,
  },
];

function where(context: Context): void {
  const { stop, frames } = standing(context);
  context.print(stageLine(stop, context.app.clonePeer));
  frames.forEach((frame, i) => context.print(`  #${i} ${frameText(frame, context.app.app.root)}`));
}

/** `    at name (url:line:column)` as `name path:line:column`. */
function frameText(frame: string, root: string): string {
  const [, name, at] = /^\s*at (?:(.*) \()?(.*?)\)?$/.exec(frame)!;
  const place = at!.startsWith("file://") ? decodeURIComponent(at!.slice("file://".length)) : at!;
  const shown = place.startsWith(`${root}/`) ? place.slice(root.length + 1) : place;
  return printable(name === undefined ? shown : `${name} ${shown}`);
}

function table(context: Context, [filter = ""]: readonly string[]): void {
  const { rows, rowCount, side } = standing(context);
  const all = filter === "all";
  const chosen = all || filter === ""
    ? rows
    : rows.filter((row) =>
      [row.class, row.path].some((text) => text.includes(filter)) || row.state === filter
    );
  const shown = all ? chosen : chosen.slice(0, ROWS_SHOWN);
  const cells = shown.map((row) => [String(row.mid), String(row.cid), row.class, row.path, row.state]);
  context.print(`the table at the ${side}:`);
  columns(["MID", "CID", "CLASS", "PATH", "STATE"], cells, terminalRoom() - 2)
    .forEach((line) => context.print(`  ${line}`));
  const more = chosen.length - shown.length;
  if (more > 0) {
    context.print(`  … and ${more} more; \`table all\` shows all, \`table TEXT\` those with TEXT`);
  }
  if (rows.length < rowCount) {
    context.print(`  (${rows.length} of ${rowCount} rows; the others stayed as they were or are too many)`);
  }
}

function bytes(context: Context): void {
  const { from } = standing(context);
  if (from === undefined) throw new UsageError("nothing was captured yet");
  for (const by of ["root", "path", "class", "module"] as const) {
    const cells = from[by].map(({ name, bytes, objects }) => [name, String(objects), `${bytes} bytes`]);
    if (cells.length > 0) columns([by.toUpperCase(), "OBJECTS", "SENT"], cells).forEach(context.print);
  }
}

function why(context: Context, [text = ""]: readonly string[]): void {
  const { captured, rows } = standing(context);
  const mid = Number(text);
  if (!/^\d+$/.test(text)) throw new UsageError("which object? why MID; `table` lists MIDs");
  const byMid = new Map(captured.map((row) => [row.mid, row]));
  const row = byMid.get(mid);
  if (row === undefined) {
    const later = rows.find((item) => item.mid === mid);
    if (later === undefined) throw new UsageError(`no object of this migration has MID ${mid}`);
    return context.print(printable(`${mid} was made at the clone; it is reached as ${later.path}`));
  }
  const chain: StageRow[] = [];
  for (let at: StageRow | undefined = row; at !== undefined && chain.length < ROWS_SHOWN;) {
    chain.unshift(at);
    at = at.parent == null ? undefined : byMid.get(at.parent);
  }
  const cells = chain.map((item) => [
    String(item.mid),
    item.class,
    item.path,
    item.bytes === 0 ? "named" : `${item.bytes} bytes`,
  ]);
  columns(["MID", "CLASS", "PATH", "SENT"], cells).forEach(context.print);
}
