import type { StageRow, StageStop, StageVariable } from "../../runtime/mod.ts";

/** What is known of a thread that stands at a stage: what that stage tells, and what earlier ones told. */
export interface Stand {
  readonly stop: StageStop;
  readonly rows: readonly StageRow[];
  readonly rowCount: number;
  readonly side: "device" | "clone";
  readonly frames: readonly string[];
  readonly variables: readonly StageVariable[];
  /** Rows as they were captured, with bytes and parents. */
  readonly captured: readonly StageRow[];
  /** What most of the captured bytes are. */
  readonly from: StageStop["from"];
}

/** The stand at a stop that follows another one; a capture starts anew. */
export function standAt(stop: StageStop, last: Stand | undefined): Stand {
  const before = stop.stage === "capture" ? undefined : last;
  const captured = stop.stage === "capture" ? stop.rows ?? [] : before?.captured ?? [];
  return {
    stop,
    captured,
    from: stop.from ?? before?.from,
    rows: stop.rows === undefined ? before?.rows ?? [] : named(stop.rows, captured, before?.rows ?? []),
    rowCount: stop.rowCount ?? before?.rowCount ?? 0,
    side: stop.side ?? before?.side ?? "device",
    frames: stop.frames ?? before?.frames ?? [],
    variables: stop.variables ?? before?.variables ?? [],
  };
}

/**
 * Rows with the classes and paths that the device gave: it saw the objects where the app has them, while the clone
 * knows only what it was sent, and after the merge what died hangs nowhere.
 */
function named(
  rows: readonly StageRow[],
  captured: readonly StageRow[],
  before: readonly StageRow[],
): StageRow[] {
  const byMid = new Map(captured.map((row) => [row.mid, row]));
  const known = new Map<number, StageRow>();
  for (const row of before) if (row.mid === null && row.cid !== null) known.set(row.cid, row);
  const result = rows.map((row) => {
    const own = row.mid === null ? undefined : byMid.get(row.mid);
    const found = own ?? (row.state === "new" && row.cid !== null ? known.get(row.cid) : undefined);
    return found === undefined ? row : { ...row, class: found.class, path: found.path };
  });
  const paths = new Map(result.map((row) => [row.cid, row.path]));
  return result.map(({ below, ...row }) => {
    if (below === undefined || row.mid !== null) return row;
    return { ...row, path: `${paths.get(below) ?? ""}${row.path}` };
  });
}
