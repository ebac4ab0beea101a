import type { GuestCommand } from "../../runtime/mod.ts";
import { EARLY_EXIT_MS, MAX_EARLY_EXITS, SPARE_GUESTS } from "./constants.ts";
import { type Guest, startGuest } from "./guest.ts";
import { type GuestWatchdog, startWatchdog } from "./guest_watchdog.ts";

/** Thrown when as many guests run as the clone's owner allows. */
export class NoRoomError extends Error {
  override name = "NoRoomError";
}

/** What a {@linkcode GuestPool} is made from. */
export interface GuestPoolOptions {
  readonly command: GuestCommand;
  /** Guests at once, spares not counted. */
  readonly maxGuests: number;
  readonly log: (line: string) => void;
}

/** Starts guests, a spare one in advance, and knows which are in use. It owns all of them until they are gone. */
export class GuestPool {
  readonly #options: GuestPoolOptions;
  readonly #used = new Set<Guest>();
  readonly #spares: Guest[] = [];
  #watchdog: GuestWatchdog | undefined;
  #starting = 0;
  #earlyExits = 0;
  #closed = false;

  constructor(options: GuestPoolOptions) {
    this.#options = options;
  }

  /** Guests that serve a session now. */
  get used(): number {
    return this.#used.size;
  }

  /** Starts spare guests; failures are logged. */
  async prepare(): Promise<void> {
    while (this.#mayPrepare()) {
      this.#starting++;
      try {
        const guest = await this.#start();
        if (this.#closed) guest.kill();
        else this.#spares.push(guest);
      } catch (error) {
        this.#earlyExits++;
        this.#options.log((error as Error).message);
      } finally {
        this.#starting--;
      }
    }
  }

  /** A guest for one session. @throws {NoRoomError} if too many run; {Error} if it can't be started. */
  async take(): Promise<Guest> {
    if (this.#closed) throw new NoRoomError("Cannot start guest: the clone stops");
    if (this.#used.size >= this.#options.maxGuests) {
      throw new NoRoomError(
        `Cannot start guest: the clone runs ${this.#options.maxGuests}, as many as its owner allows (--max-guests)`,
      );
    }
    const placeholder = {} as Guest;
    this.#used.add(placeholder);
    try {
      const guest = this.#spares.shift() ?? await this.#start();
      this.#used.add(guest);
      guest.exited.then(() => this.#used.delete(guest));
      if (this.#closed) guest.kill();
      return guest;
    } finally {
      this.#used.delete(placeholder);
      this.prepare();
    }
  }

  /** Kills all guests; resolves when they are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#used, ...this.#spares].filter((guest) => guest.exited !== undefined);
    for (const guest of all) guest.kill();
    await Promise.all(all.map((guest) => guest.exited));
    await this.#watchdog?.close();
  }

  #mayPrepare(): boolean {
    const wanted = Math.min(SPARE_GUESTS, this.#options.maxGuests - this.#used.size);
    return !this.#closed && this.#earlyExits < MAX_EARLY_EXITS &&
      this.#spares.length + this.#starting < wanted;
  }

  async #start(): Promise<Guest> {
    this.#watchdog ??= startWatchdog();
    const at = performance.now();
    const { command, log } = this.#options;
    const guest = await startGuest({ command, log, watchdog: this.#watchdog });
    guest.exited.then(() => {
      const early = performance.now() - at < EARLY_EXIT_MS;
      const index = this.#spares.indexOf(guest);
      if (index < 0) return;
      this.#spares.splice(index, 1);
      this.#earlyExits = early ? this.#earlyExits + 1 : 0;
      this.prepare();
    });
    return guest;
  }
}
