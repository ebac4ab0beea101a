/** What the app's own thread tells about its migrations: events for the trace and the user, and stops for a person who steps. */
import { type Capture, type SessionHeap, summary } from "../heap/mod.ts";
import { map } from "../heap/lists.ts";
import type { BoardView } from "./board.ts";
import type { CodeRegistry } from "./code_registry.ts";
import type { Decision } from "./decision.ts";
import { typedArrayLength } from "./intrinsics.ts";
import type { MigrationPoint } from "./migration_point.ts";
import type { AppConfig, MigrationReply, Miss, ReturnHead, TraceEvent } from "./protocol.ts";
import { appFrames } from "./stack.ts";
import { OwnStages, shownRows, type StageRow } from "./stages.ts";
import type { SyncPort } from "./sync_port.ts";
import { variablesAt } from "./variables.ts";

/** Of the roots, paths, classes and modules that a packet's bytes come from. */
const SHARES_TRACED = 5;
const SHARES_SHOWN = 12;

/** Decisions to stay that are traced with their figures, for each method: they show a person why; millions would help nobody. */
const MAX_STAYS_TOLD = 1000;

/** Frames of a thread that a person is shown. */
const MAX_FRAMES_SHOWN = 40;

interface ReportParts {
  readonly port: SyncPort;
  readonly config: AppConfig;
  readonly board: BoardView;
  readonly registry: CodeRegistry;
}

/** A migration whose heap has been merged. */
export interface Merged {
  readonly reply: MigrationReply;
  readonly head: Extract<ReturnHead, { ok: true }>;
  readonly packet: Uint8Array;
  /** Milliseconds that the merge took. */
  readonly ms: number;
  /** Milliseconds from the decision to the end of the merge. */
  readonly totalMs: number;
  /** Milliseconds that the method was expected to take here. */
  readonly predicted: number;
}

export class MigrationReport {
  readonly #parts: ReportParts;
  readonly #stages: OwnStages;

  constructor(parts: ReportParts) {
    this.#parts = parts;
    this.#stages = new OwnStages(parts.port, parts.config.stepping);
  }

  /** Tells all that happened and wasn't told yet. */
  tellAll(): void {
    this.#stages.tellAll();
  }

  decided({ method }: MigrationPoint, decision: Decision, features: readonly number[]): void {
    if (this.#isTraced) this.#stages.tell({ event: "decide", thread: "main", method, ...decision, features });
  }

  /** It stays, as was decided. */
  stayed(point: MigrationPoint, decision: Decision, features: readonly number[]): void {
    if (this.#parts.config.trace && ++point.stayed <= MAX_STAYS_TOLD) this.decided(point, decision, features);
    this.local(point, decision.reason);
  }

  captured({ method }: MigrationPoint, capture: Capture, ms: number): void {
    if (!this.#isTraced) return;
    const { objects, named, bytes } = capture;
    const from = this.#parts.config.trace && { from: summary(capture.explain(), SHARES_TRACED) };
    this.#stages.tell({ event: "capture", thread: "main", method, objects, named, bytes, ms, ...from });
  }

  /** Stands still with the packet made and nothing sent. `roots`: the method, its `this`, its arguments. */
  atCapture(point: MigrationPoint, roots: readonly unknown[], heap: SessionHeap, capture: Capture): void {
    this.#stages.reach(() => {
      const explanation = capture.explain();
      const origins = explanation.origins();
      const { rows, rowCount } = shownRows(heap);
      return {
        stage: "capture",
        thread: "main",
        method: point.method,
        side: "device",
        bytes: capture.bytes,
        objects: capture.objects,
        named: capture.named,
        from: summary(explanation, SHARES_SHOWN),
        frames: appFrames(MAX_FRAMES_SHOWN),
        variables: variablesAt(this.#parts.registry, point, roots as [Function, unknown, unknown[]]),
        rows: map(rows, (row): StageRow => ({ ...row, ...origins.get(row.mid!) })),
        rowCount,
      };
    });
  }

  /** It came home, and its heap is merged. */
  merged({ method }: MigrationPoint, heap: SessionHeap, merged: Merged): void {
    const { reply, head, ms, totalMs, predicted } = merged;
    const bytes = typedArrayLength(merged.packet);
    const { trace } = this.#parts.config;
    const event: TraceEvent = {
      event: "merge",
      thread: "main",
      method,
      ms,
      bytes,
      away: reply.awayMs,
      total: totalMs,
      up: reply.bytesUp,
      down: reply.bytesDown,
      predicted,
      ...(trace && { rows: heap.counts(), conditions: this.#parts.board.read() }),
      faults: reply.faults,
      fileBytes: reply.fileBytes,
      fileBytesSent: reply.fileBytesSent,
      clone: head.ms,
    };
    if (this.#isTraced) this.#stages.tell(event);
    else this.#stages.tellSoon(event);
    const { outcome } = head;
    this.#stages.reach(() => ({
      stage: "merge",
      thread: "main",
      method,
      side: "device",
      outcome,
      bytes,
      ...shownRows(heap),
    }));
  }

  /** What was migrated is dropped: told to everybody. */
  abandoned({ method }: MigrationPoint, reason: string, miss?: Miss): void {
    this.#stages.tell({
      event: "abandon",
      thread: "main",
      method,
      reason,
      ...(miss !== undefined && { miss }),
    });
  }

  /** It runs here. Of a method that the user wants to migrate, everybody is told; the same reason once in a row. */
  local(point: MigrationPoint, reason: string, refused?: TraceEvent["refused"]): void {
    const { method } = point;
    const event: TraceEvent = {
      event: "local",
      thread: "main",
      method,
      reason,
      ...(refused !== undefined && { refused }),
    };
    if (this.#isTraced) this.#stages.tell(event);
    else if (point.forced && point.toldWhy !== reason) {
      point.toldWhy = reason;
      this.#stages.tellSoon(event);
    }
  }

  get #isTraced(): boolean {
    const { trace, stepping } = this.#parts.config;
    return trace || stepping;
  }
}
