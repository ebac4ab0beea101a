import type { GuestCommand } from "../../runtime/mod.ts";
import { EARLY_EXIT_MS, MAX_EARLY_EXITS, SPARE_GUESTS } from "./constants.ts";
import { type Guest, startGuest } from "./guest.ts";
import { type GuestWatchdog, noWatchdog, startWatchdog } from "./guest_watchdog.ts";

/** What a guest is started for. */
export interface GuestNeeds {
  /** Its memory, MiB. */
  readonly memoryMiB: number;
  /** Whether it may use the graphics processor. */
  readonly gpu: boolean;
  /** Its language (BCP 47). */
  readonly locale: string;
  /** Its time zone (IANA). */
  readonly timeZone: string;
}

/** What a {@linkcode GuestPool} is made from. */
export interface GuestPoolOptions {
  /** The command line of a guest. */
  command(needs: GuestNeeds): GuestCommand;
  /** What a spare guest is started for, at first: devices' languages turn out later. */
  readonly usual: GuestNeeds;
  /** Deno's folder for guests; see `guest_sandbox.ts`. */
  readonly cache: string;
  /** Where guests' folders are made; see `stale_guests.ts`. */
  readonly folders: { readonly dir: string; readonly prefix: string };
  readonly without: ReadonlySet<string>;
  /** Whether guests are started in advance. */
  readonly spares: boolean;
  readonly log: (line: string) => void;
}

/** Starts guests, a spare one in advance, and knows which are in use. It owns all of them until they are gone. */
export class GuestPool {
  readonly #options: GuestPoolOptions;
  readonly #used = new Set<Guest>();
  readonly #spares: Guest[] = [];
  #usual: GuestNeeds;
  #watchdog: GuestWatchdog | undefined;
  #starting = 0;
  #earlyExits = 0;
  #closed = false;

  constructor(options: GuestPoolOptions) {
    this.#options = options;
    this.#usual = options.usual;
  }

  /** Starts spare guests; failures are logged. */
  async prepare(): Promise<void> {
    while (this.#mayPrepare()) {
      this.#starting++;
      try {
        const usual = this.#usual;
        const guest = await this.#start(usual);
        if (this.#closed || usual !== this.#usual) guest.kill();
        else this.#spares.push(guest);
      } catch (error) {
        this.#earlyExits++;
        this.#options.log((error as Error).message);
      } finally {
        this.#starting--;
      }
    }
  }

  /** A guest for one session. @throws {Error} if it can't be started. */
  async take(needs: GuestNeeds): Promise<Guest> {
    if (this.#closed) throw new Error("Cannot start guest: the clone stops");
    try {
      const { locale, timeZone } = needs;
      if (locale !== this.#usual.locale || timeZone !== this.#usual.timeZone) {
        this.#move({ locale, timeZone });
      }
      const [served] = this.#used;
      if (served !== undefined && this.#options.without.has("own-guest")) return served;
      const { memoryMiB, gpu } = this.#usual;
      const fits = needs.memoryMiB === memoryMiB && needs.gpu === gpu;
      const spare = fits ? this.#spares.shift() : undefined;
      const guest = spare ?? await this.#start(needs);
      this.#used.add(guest);
      guest.exited.then(() => this.#used.delete(guest));
      if (this.#closed) guest.kill();
      return guest;
    } finally {
      this.prepare();
    }
  }

  /** Kills all guests; resolves when they are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#used, ...this.#spares];
    for (const guest of all) guest.kill();
    await Promise.all(all.map((guest) => guest.exited));
    await this.#watchdog?.close();
  }

  /** From now on spare guests speak this language and live in this time zone: a process can't change its own. */
  #move(to: Pick<GuestNeeds, "locale" | "timeZone">): void {
    this.#usual = { ...this.#usual, ...to };
    for (const spare of this.#spares.splice(0)) spare.kill();
  }

  #mayPrepare(): boolean {
    return this.#options.spares && !this.#closed && this.#earlyExits < MAX_EARLY_EXITS &&
      this.#spares.length + this.#starting < SPARE_GUESTS;
  }

  async #start(needs: GuestNeeds): Promise<Guest> {
    this.#watchdog ??= this.#options.without.has("watchdog") ? noWatchdog() : startWatchdog();
    const at = performance.now();
    const { command, cache, folders, without, log } = this.#options;
    const sandbox = { cache, memoryMiB: needs.memoryMiB, gpu: needs.gpu, without };
    const guest = await startGuest({
      command: command(needs),
      sandbox,
      folders,
      log,
      watchdog: this.#watchdog,
    });
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
