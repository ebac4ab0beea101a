/**
 * Decides which sessions a clone takes, and in which order their guests start.
 *
 * Whom it can't serve it refuses at once, so that the device's method runs there. Starting a guest takes CPU time: only a few
 * start at the same time, and among those that wait the device that was served longest ago comes first, so that one device's
 * many apps don't keep another's one waiting.
 */
import {
  GUEST_BYTES,
  SESSION_BURST,
  SESSIONS_PER_SECOND,
  START_GUESS_MS,
  STARTING_TIMEOUT_MS,
} from "./constants.ts";

/** Thrown when a clone takes no more sessions. */
export class NoRoomError extends Error {
  override name = "NoRoomError";
}

/** The time that an admission goes by. */
export interface AdmissionTime {
  now(): number;
  /** Calls `ring` after so many milliseconds, unless what it returns is called before. */
  after(ms: number, ring: () => void): () => void;
}

/** What an admission is made from. */
export interface AdmissionOptions {
  /** Guests at once, as the clone's owner set it. */
  readonly maxGuests: number;
  /** Guests that start at the same time. */
  readonly starters: number;
  /** Memory of all guests together, bytes. */
  readonly budgetBytes: number;
  /** Memory that guests hold now, bytes. */
  usedBytes(): number;
  /** Whether a device may open only so many sessions in a time; true if left out. */
  readonly limitsRate?: boolean;
  /** The machine's if left out. */
  readonly time?: AdmissionTime;
}

/** Who wants to enter. */
export interface Applicant {
  readonly device: string;
  /** Sessions that its device may have at once. */
  readonly most: number;
  /** How long it waits in line. */
  readonly patienceMs: number;
  /** Aborted when it has gone. */
  readonly signal?: AbortSignal;
}

/** A session's place: to be told when its guest has started, and when it ends. */
export interface Place {
  /** The guest has answered: the next one may start. */
  started(): void;
  /** The session has ended. */
  leave(): void;
}

interface Waiter {
  readonly device: string;
  readonly enter: PromiseWithResolvers<void>;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #time: AdmissionTime;
  readonly #guestsOf = new Map<string, number>();
  /** In which order devices were last served. */
  readonly #servedAt = new Map<string, number>();
  /** How many more sessions a device may open now, and as of when. */
  readonly #bursts = new Map<string, { left: number; at: number }>();
  #line: Waiter[] = [];
  #order = 0;
  #starting = 0;
  #startMs = START_GUESS_MS;
  #used = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#time = options.time ?? MACHINE_TIME;
  }

  /** Sessions that have a place, or wait for one. */
  get used(): number {
    return this.#used;
  }

  /** How many more could come in now. */
  get free(): number {
    const byMemory = Math.floor(this.#freeBytes / GUEST_BYTES) - this.#line.length;
    return Math.max(0, Math.min(this.#options.maxGuests - this.#used, byMemory));
  }

  /**
   * A place for one session of a device, once it is its turn to start.
   *
   * @throws {NoRoomError} at once if there is none: too many guests, of all or of this device, no memory, or too long a line; later
   * if its patience or the memory ended while it waited.
   */
  async enter(applicant: Applicant): Promise<Place> {
    const { device } = applicant;
    this.#check(applicant);
    this.#checkRate(device);
    this.#used++;
    this.#guestsOf.set(device, (this.#guestsOf.get(device) ?? 0) + 1);
    if (this.#starting >= this.#options.starters) {
      try {
        await this.#wait(applicant);
      } catch (error) {
        this.#release(device);
        throw error;
      }
    } else this.#starting++;
    this.#servedAt.set(device, ++this.#order);
    return this.#place(device);
  }

  /** A device is not trusted any more. */
  forget(device: string): void {
    this.#bursts.delete(device);
    this.#servedAt.delete(device);
  }

  /** Each start takes CPU time, however short the session is. */
  #checkRate(device: string): void {
    if (this.#options.limitsRate === false) return;
    const now = this.#time.now();
    const { left, at } = this.#bursts.get(device) ?? { left: SESSION_BURST, at: now };
    const regained = (now - at) / 1000 * SESSIONS_PER_SECOND;
    const open = Math.min(SESSION_BURST, left + regained);
    if (open < 1) throw new NoRoomError("Cannot start guest: this device opens sessions too fast");
    this.#bursts.set(device, { left: open - 1, at: now });
  }

  /** What those that start leave; those in line hold nothing yet. */
  get #freeBytes(): number {
    const { budgetBytes, usedBytes } = this.#options;
    return budgetBytes - usedBytes() - this.#starting * GUEST_BYTES;
  }

  /** Waits in line. @throws {NoRoomError} if that takes too long, or when its turn comes and there is no memory. */
  async #wait({ device, patienceMs, signal }: Applicant): Promise<void> {
    const waiter = { device, enter: Promise.withResolvers<void>() };
    this.#line.push(waiter);
    const leave = (reason: Error) => {
      this.#line = this.#line.filter((other) => other !== waiter);
      waiter.enter.reject(reason);
    };
    const gone = () => leave(signal!.reason);
    signal?.addEventListener("abort", gone, { once: true });
    const stop = this.#time.after(
      patienceMs,
      () => leave(new NoRoomError("Cannot start guest: too many others wait at the clone")),
    );
    try {
      await waiter.enter.promise;
    } finally {
      stop();
      signal?.removeEventListener("abort", gone);
    }
  }

  #release(device: string): void {
    this.#used--;
    const left = this.#guestsOf.get(device)! - 1;
    if (left > 0) this.#guestsOf.set(device, left);
    else this.#guestsOf.delete(device);
  }

  #check({ device, most, patienceMs }: Applicant): void {
    const { maxGuests, starters } = this.#options;
    if (this.#used >= maxGuests) {
      throw new NoRoomError(
        `Cannot start guest: the clone runs ${maxGuests}, as many as its owner allows (--max-guests)`,
      );
    }
    if ((this.#guestsOf.get(device) ?? 0) >= most) {
      throw new NoRoomError(
        `Cannot start guest: this device has ${most} there, as many as it is granted (\`trust limit\`)`,
      );
    }
    if (this.#freeBytes < GUEST_BYTES) throw noMemory();
    const ahead = this.#aheadOf(device);
    if ((ahead + 1) * this.#startMs / starters > patienceMs) {
      throw new NoRoomError(`Cannot start guest: ${ahead} others wait at the clone already`);
    }
  }

  /** How many will start before a device's next one: devices take turns. */
  #aheadOf(device: string): number {
    const waiting = new Map<string, number>();
    for (const { device } of this.#line) waiting.set(device, (waiting.get(device) ?? 0) + 1);
    const own = waiting.get(device) ?? 0;
    return [...waiting].reduce(
      (sum, [other, count]) => sum + (other === device ? own : Math.min(count, own + 1)),
      0,
    );
  }

  #place(device: string): Place {
    const begun = this.#time.now();
    const started = once(() => {
      stop();
      this.#startMs += 0.2 * (Math.min(this.#time.now() - begun, STARTING_TIMEOUT_MS) - this.#startMs);
      this.#next();
    });
    const stop = this.#time.after(STARTING_TIMEOUT_MS, started);
    const leave = once(() => {
      started();
      this.#release(device);
    });
    return { started, leave };
  }

  /** Hands a starter's turn on. */
  #next(): void {
    while (this.#line.length > 0) {
      const servedAt = ({ device }: Waiter) => this.#servedAt.get(device) ?? 0;
      const next = this.#line.reduce((a, b) => servedAt(b) < servedAt(a) ? b : a);
      this.#line = this.#line.filter((waiter) => waiter !== next);
      // Now, so that its device's other apps don't come next as well.
      this.#servedAt.set(next.device, ++this.#order);
      // The one that has started counts as starting until here.
      if (this.#freeBytes >= 0) return next.enter.resolve();
      next.enter.reject(noMemory());
    }
    this.#starting--;
  }
}

/** Timers don't keep a process alive. */
const MACHINE_TIME: AdmissionTime = {
  now: () => performance.now(),
  after(ms, ring) {
    const timer = setTimeout(ring, ms);
    Deno.unrefTimer(timer);
    return () => clearTimeout(timer);
  },
};

function noMemory(): NoRoomError {
  return new NoRoomError("Cannot start guest: the clone has no memory left for it");
}

function once(body: () => void): () => void {
  let done = false;
  return () => {
    if (!done) body();
    done = true;
  };
}
