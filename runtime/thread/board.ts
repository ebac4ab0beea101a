import type { Conditions } from "./conditions.ts";
import { ownLength, typedArrayBuffer, typedArrayLength, uncurry } from "./intrinsics.ts";

const FIELDS = 10;
const VERSION = 0, STATUS_AT = 1, SESSION_ID = 2, FIRST_CONDITION = 3;
/** Of the bytes of the run's files, the share that the clone lacks; NaN if nobody knows. */
const LACKING = 8;
/** Again at the end: who reads while it is written sees that. */
const VERSION_AGAIN = 9;
const POWER: readonly Conditions["power"][] = ["mains", "battery", "unknown"];

/** How far the session with a clone is. */
export type SessionStatus = "opening" | "ready" | "lost";

const STATUS: readonly SessionStatus[] = ["opening", "ready", "lost"];

/**
 * What the supervisor tells the app's thread all the time, without a message: whether a session is ready, and the conditions
 * as last measured. A version number says when it changed.
 */
export class Board {
  readonly #values = new Float64Array(FIELDS);
  readonly #publish: (bytes: Uint8Array) => void;

  /** `publish` is given all of it after each change. */
  constructor(publish: (bytes: Uint8Array) => void = () => {}) {
    this.#publish = publish;
    this.#values[LACKING] = NaN;
    this.#changed();
  }

  set session(status: SessionStatus) {
    this.#values[STATUS_AT] = STATUS.indexOf(status);
    this.#changed();
  }

  /** A session is ready. */
  opened(id: number): void {
    this.#values[SESSION_ID] = id;
    this.session = "ready";
  }

  /** Of the bytes of the run's files, the share that the session's clone lacks; NaN if nobody knows. */
  get lacking(): number {
    return this.#values[LACKING]!;
  }

  set lacking(share: number) {
    if (Object.is(share, this.lacking)) return;
    this.#values[LACKING] = share;
    this.#changed();
  }

  write(conditions: Conditions): void {
    const { rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed, power } = conditions;
    this.#values.set(
      [rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed, POWER.indexOf(power)],
      FIRST_CONDITION,
    );
    this.#changed();
  }

  /** The conditions, or undefined while no session is ready. */
  read(): Conditions | undefined {
    return conditionsOn(this.#values);
  }

  #changed(): void {
    this.#values[VERSION]!++;
    this.#values[VERSION_AGAIN] = this.#values[VERSION]!;
    this.#publish(new Uint8Array(typedArrayBuffer(this.#values)));
  }
}

type FileAccess = (file: Deno.FsFile, ...given: unknown[]) => number | null;
const seekSync = uncurry(Deno.FsFile.prototype.seekSync) as FileAccess;
const readSync = uncurry(Deno.FsFile.prototype.readSync) as FileAccess;
const { Start } = Deno.SeekMode;
/** The app may set another clock. */
const now = performance.now.bind(performance);
/** A look costs some microseconds, and a migration point may be reached a million times a second. */
const LOOK_EVERY_MS = 10;

/** The board as the app's thread sees it: at most {@linkcode LOOK_EVERY_MS} old. */
export class BoardView {
  readonly #file: Deno.FsFile;
  readonly #values = new Float64Array(FIELDS);
  readonly #next = new Float64Array(FIELDS);
  readonly #bytes = ownLength(new Uint8Array(this.#next.buffer));
  #lookedAt = -Infinity;

  /** Reads what {@linkcode Board} publishes to a file. */
  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Changes with every write. */
  get version(): number {
    this.#look();
    return this.#values[VERSION]!;
  }

  get session(): SessionStatus {
    this.#look();
    return STATUS[this.#values[STATUS_AT]!]!;
  }

  /** Which of the app's sessions it is that is ready. */
  get sessionId(): number {
    return this.#values[SESSION_ID]!;
  }

  /** Of the bytes of the run's files, the share that the session's clone lacks; undefined if nobody knows. */
  get lacking(): number | undefined {
    this.#look();
    const share = this.#values[LACKING]!;
    return share >= 0 ? share : undefined;
  }

  /** The conditions, or undefined while no session is ready. */
  read(): Conditions | undefined {
    this.#look();
    return conditionsOn(this.#values);
  }

  #look(): void {
    if (now() - this.#lookedAt >= LOOK_EVERY_MS) this.refresh();
  }

  /** Looks at once. */
  refresh(): void {
    seekSync(this.#file, 0, Start);
    const count = readSync(this.#file, this.#bytes);
    const next = this.#next;
    if (count !== typedArrayLength(this.#bytes) || next[VERSION] !== next[VERSION_AGAIN]) return;
    for (let i = 0; i < FIELDS; i++) this.#values[i] = next[i]!;
    this.#lookedAt = now();
  }
}

function conditionsOn(values: Float64Array): Conditions | undefined {
  const at = (i: number) => values[FIRST_CONDITION + i]!;
  if (STATUS[values[STATUS_AT]!] !== "ready" || !(at(1) > 0)) return undefined;
  return {
    rttMs: at(0),
    upBytesPerSecond: at(1),
    downBytesPerSecond: at(2),
    cloneSpeed: at(3),
    power: POWER[at(4)] ?? "unknown",
  };
}
