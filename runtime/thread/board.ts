import type { Conditions } from "./conditions.ts";

const FIELDS = 8;
const SESSION_ID = 7;
const POWER: readonly Conditions["power"][] = ["mains", "battery", "unknown"];

/** How far the session with a clone is. */
export type SessionStatus = "opening" | "ready" | "lost";

const STATUS: readonly SessionStatus[] = ["opening", "ready", "lost"];

/**
 * What the migrator tells the app's thread all the time, without a message: whether a session is ready, and the
 * conditions as last measured. Written by the migrator alone; a version number says when it changed.
 */
export class Board {
  readonly buffer: SharedArrayBuffer;
  readonly #versions: Int32Array;
  readonly #values: Float64Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(8 + 8 * FIELDS)) {
    this.buffer = buffer;
    this.#versions = new Int32Array(buffer, 0, 2);
    this.#values = new Float64Array(buffer, 8, FIELDS);
  }

  /** Changes with every write. */
  get version(): number {
    return Atomics.load(this.#versions, 0);
  }

  get session(): SessionStatus {
    return STATUS[Atomics.load(this.#versions, 1)]!;
  }

  set session(status: SessionStatus) {
    Atomics.store(this.#versions, 1, STATUS.indexOf(status));
    Atomics.add(this.#versions, 0, 1);
  }

  /** Which of the app's sessions it is that is ready. */
  get sessionId(): number {
    return this.#values[SESSION_ID]!;
  }

  /** A session is ready. */
  opened(id: number): void {
    this.#values[SESSION_ID] = id;
    this.session = "ready";
  }

  write(conditions: Conditions): void {
    const { rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed, power } = conditions;
    this.#values.set([rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed, POWER.indexOf(power)]);
    Atomics.add(this.#versions, 0, 1);
  }

  /** The conditions, or undefined while no session is ready. */
  read(): Conditions | undefined {
    const [rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed, power] = this
      .#values as unknown as number[];
    if (this.session !== "ready" || !(upBytesPerSecond! > 0)) return undefined;
    return {
      rttMs: rttMs!,
      upBytesPerSecond: upBytesPerSecond!,
      downBytesPerSecond: downBytesPerSecond!,
      cloneSpeed: cloneSpeed!,
      power: POWER[power!] ?? "unknown",
    };
  }
}
