/** Migrations that passed through a peer, for people: the latest, and those that are out now. */

/** Migrations remembered; a page shows the last few. */
const KEPT_MIGRATIONS = 50;

/** One migration, as the frames that passed tell. */
export interface MigrationRow {
  readonly number: number;
  /** Whether it left this device, or came to it. */
  readonly role: "device" | "clone";
  readonly app: string;
  /** As the app's migrator says; empty at the clone, which isn't told. */
  readonly method: string;
  /** Name of the clone, or peer id of the device. */
  readonly peer: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** From leaving to coming back, as long as it takes for `away`. */
  readonly ms: number;
  /** `abandoned`: the method ran on the device in the end. */
  readonly state: "away" | "home" | "abandoned";
}

/** A row, and when it began by a clock that nobody sets. */
interface Entry {
  readonly row: { -readonly [K in keyof MigrationRow]: MigrationRow[K] };
  readonly at: number;
}

/** Keeps the last migrations. */
export class MigrationLog {
  readonly #changed: () => void;
  readonly #entries: Entry[] = [];
  #next = 1;

  /** `changed` is called after each change. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Latest first. */
  list(): readonly MigrationRow[] {
    const now = performance.now();
    return this.#entries.map(({ row, at }) => row.state === "away" ? { ...row, ms: now - at } : row)
      .reverse();
  }

  /** What watches one session's frames. */
  watch(session: Pick<MigrationRow, "role" | "app" | "peer">): MigrationWatch {
    return new MigrationWatch((fact) => this.#begin({ ...session, ...fact }), () => this.#changed());
  }

  #begin(facts: Pick<MigrationRow, "role" | "app" | "peer" | "method" | "bytesUp">): Entry {
    const number = this.#next++;
    const row = { ...facts, number, startedAt: Date.now(), bytesDown: 0, ms: 0, state: "away" as const };
    const entry: Entry = { row, at: performance.now() };
    this.#entries.push(entry);
    if (this.#entries.length > KEPT_MIGRATIONS) this.#entries.shift();
    this.#changed();
    return entry;
  }
}

/** Sees one session's migrations go out and come back; a session has at most one out at a time. */
export class MigrationWatch {
  /** Of the next migration. */
  method = "";
  readonly #begin: (facts: { method: string; bytesUp: number }) => Entry;
  readonly #changed: () => void;
  #out: Entry | undefined;

  constructor(begin: (facts: { method: string; bytesUp: number }) => Entry, changed: () => void) {
    this.#begin = begin;
    this.#changed = changed;
  }

  /** Whether one is out now. */
  get isOut(): boolean {
    return this.#out !== undefined;
  }

  left(bytesUp: number): void {
    this.#out = this.#begin({ method: this.method, bytesUp });
  }

  returned(bytesDown: number): void {
    this.#settle("home", bytesDown);
  }

  /** The session has ended: what is out doesn't come back. */
  ended(): void {
    this.#settle("abandoned", 0);
  }

  #settle(state: "home" | "abandoned", bytesDown: number): void {
    if (this.#out === undefined) return;
    const { row, at } = this.#out;
    this.#out = undefined;
    row.state = state;
    row.bytesDown = bytesDown;
    row.ms = performance.now() - at;
    this.#changed();
  }
}
