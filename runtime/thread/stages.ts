/**
 * Stages of a migration: where a thread on its way may be stopped, for a person who looks.
 *
 * 1. With stepping off nothing here runs: what a stop shows is made by a function that isn't called.
 * 2. A stop is a question to the supervisor; the thread goes on with the answer, whatever it is. If the supervisor is
 *    gone, it goes on at once.
 * 3. `capture` and `merge` are asked by the app's own thread, `ship` by its session, `resume` and `return` by the guest
 *    through its device: whoever asks is the one that stands still.
 */
import { MAX_OBSERVED_ROWS } from "../heap/constants.ts";
import type { ByteSummary, MappingRow, SessionHeap } from "../heap/mod.ts";
import type { TraceEvent } from "./protocol.ts";
import type { SyncPort } from "./sync_port.ts";

/** In the order in which a migration passes them. */
export const STAGES = ["capture", "ship", "resume", "return", "merge"] as const;

export type Stage = typeof STAGES[number];

/** One row of the object mapping table as it stands. */
export interface StageRow extends MappingRow {
  /** At `capture`: bytes of its contents in the packet, 0 if it was named. */
  readonly bytes?: number;
  /** At `capture`: MID of the object through which it was reached; null for what a root is itself. */
  readonly parent?: number | null;
}

/** A variable that the method sees at its migration point, rendered without running the app's code. */
export interface StageVariable {
  readonly name: string;
  readonly where: "this" | "argument" | "captured" | "module";
  readonly value: string;
}

/** A thread that stands at a stage. */
export interface StageStop {
  readonly stage: Stage;
  readonly thread: string;
  readonly method: string;
  /** Left out where the table is the one of the stage before. */
  readonly rows?: readonly StageRow[];
  /** How many rows the table has; `rows` may hold fewer. */
  readonly rowCount?: number;
  /** Whose table it is. */
  readonly side?: "device" | "clone";
  /** Of the packet. */
  readonly bytes?: number;
  /** Objects whose contents are in the packet. */
  readonly objects?: number;
  /** Objects that the other side has as they are. */
  readonly named?: number;
  /** At `capture`: what most of the packet's bytes are. */
  readonly from?: ByteSummary;
  /** At `capture`: the thread's frames, innermost first, as in a stack trace. */
  readonly frames?: readonly string[];
  /** At `capture`. */
  readonly variables?: readonly StageVariable[];
  /** At `return` and `merge`: how the method ended. */
  readonly outcome?: "return" | "throw";
}

/** Longest class or path that a guest may report; a path has at most 64 steps. */
const MAX_TEXT_LENGTH = 16_384;

/** The part of a table that a stop shows. */
export function shownRows(
  heap: Pick<SessionHeap, "table" | "tableSize">,
): { rows: readonly StageRow[]; rowCount: number } {
  return { rows: heap.table(MAX_OBSERVED_ROWS), rowCount: heap.tableSize() };
}

const now = performance.now.bind(performance);

/** How often what nobody watches is told. */
const TOLD_EVERY_MS = 20;

/** The stages that the app's own thread passes. */
export class OwnStages {
  readonly #port: SyncPort;
  readonly #stepping: boolean;
  #untold: TraceEvent[] = [];
  #toldAt = -Infinity;

  constructor(port: SyncPort, stepping: boolean) {
    this.#port = port;
    this.#stepping = stepping;
  }

  /** Tells what happened; if anybody steps, the thread goes on when it was shown. */
  tell(event: TraceEvent): void {
    this.#untold[this.#untold.length] = event;
    this.tellAll();
  }

  /** Tells what happened, but not more often than every {@linkcode TOLD_EVERY_MS}: telling costs more than a short method. */
  tellSoon(event: TraceEvent): void {
    this.#untold[this.#untold.length] = event;
    if (now() - this.#toldAt >= TOLD_EVERY_MS) this.tellAll();
  }

  /** Tells what wasn't told yet. */
  tellAll(): void {
    if (this.#untold.length === 0) return;
    const events = this.#untold;
    this.#untold = [];
    this.#toldAt = now();
    if (this.#stepping) this.#port.request({ op: "supervisor", request: { op: "events", events } });
    else this.#port.tell({ op: "supervisor", request: { op: "events", events } });
  }

  /** Stands still until the person goes on. */
  reach(makeStop: () => StageStop): void {
    if (!this.#stepping) return;
    this.#port.request({ op: "supervisor", request: { op: "stage", stop: makeStop() } });
  }
}

/** What a guest reports of its stop, checked: it may say anything. @throws {TypeError} */
export function parseGuestStop(value: unknown): Pick<StageStop, "stage" | "rows" | "rowCount" | "side"> & {
  bytes?: number;
  objects?: number;
  named?: number;
  outcome?: "return" | "throw";
} {
  const given = value as Record<string, unknown>;
  const { stage, rows, rowCount, outcome } = given;
  if ((stage !== "resume" && stage !== "return") || !Array.isArray(rows) || !isCount(rowCount)) {
    throw new TypeError("its stop is malformed");
  }
  const counts = ["bytes", "objects", "named"].filter((name) => isCount(given[name]));
  return {
    stage,
    side: "clone",
    rows: rows.slice(0, MAX_OBSERVED_ROWS).map(parseRow),
    rowCount,
    ...Object.fromEntries(counts.map((name) => [name, given[name]])),
    ...((outcome === "return" || outcome === "throw") && { outcome }),
  };
}

function parseRow(value: unknown): StageRow {
  const { mid, cid, class: name, path, state, below } = value as Record<string, unknown>;
  const ids = [mid, cid].every((id) => id === null || isCount(id));
  const texts = [name, path, state];
  if (!ids || texts.some((text) => typeof text !== "string" || text.length > MAX_TEXT_LENGTH)) {
    throw new TypeError("its table is malformed");
  }
  return { mid, cid, class: name, path, state, ...(isCount(below) && { below }) } as StageRow;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
