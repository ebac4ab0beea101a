/**
 * Decides which sessions a clone takes, and in which order their guests start.
 *
 * Whom it can't serve it refuses at once, so that the device's method runs there. Starting a guest takes CPU time: only a few
 * start at the same time, and among those that wait the device that was served longest ago comes first, so that one device's
 * many apps don't keep another's one waiting.
 */
import {
  GUEST_BYTES,
  MAX_LINE_MS,
  SESSION_BURST,
  SESSIONS_PER_SECOND,
  START_GUESS_MS,
  STARTING_TIMEOUT_MS,
} from "./constants.ts";

/** Thrown when a clone takes no more sessions. */
export class NoRoomError extends Error {
  override name = "NoRoomError";
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
  readonly clock?: () => number;
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
  readonly #clock: () => number;
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
    this.#clock = options.clock ?? (() => performance.now());
  }

  /** Sessions that have a place, or wait for one. */
  get used(): number {
    return this.#used;
  }

  /** How many more could come in now. */
  get free(): number {
    const { maxGuests, budgetBytes, usedBytes } = this.#options;
    const byMemory = Math.floor(
      (budgetBytes - usedBytes() - (this.#starting + this.#line.length) * GUEST_BYTES) / GUEST_BYTES,
    );
    return Math.max(0, Math.min(maxGuests - this.#used, byMemory));
  }

  /**
   * A place for one session of a device, once it is its turn to start.
   *
   * @throws {NoRoomError} at once if there is none: too many guests, of all or of this device, no memory, or too long a line.
   */
  async enter(device: string, maxOfDevice: number): Promise<Place> {
    this.#check(device, maxOfDevice);
    this.#checkRate(device);
    this.#used++;
    this.#guestsOf.set(device, (this.#guestsOf.get(device) ?? 0) + 1);
    if (this.#starting >= this.#options.starters) {
      try {
        await this.#wait(device);
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
    const now = this.#clock();
    const { left, at } = this.#bursts.get(device) ?? { left: SESSION_BURST, at: now };
    const regained = (now - at) / 1000 * SESSIONS_PER_SECOND;
    const open = Math.min(SESSION_BURST, left + regained);
    if (open < 1) throw new NoRoomError("Cannot start guest: this device opens sessions too fast");
    this.#bursts.set(device, { left: open - 1, at: now });
  }

  /** Waits in line. @throws {NoRoomError} if that takes too long. */
  async #wait(device: string): Promise<void> {
    const waiter = { device, enter: Promise.withResolvers<void>() };
    this.#line.push(waiter);
    const timer = setTimeout(() => {
      this.#line = this.#line.filter((other) => other !== waiter);
      waiter.enter.reject(new NoRoomError("Cannot start guest: too many others wait at the clone"));
    }, MAX_LINE_MS);
    await waiter.enter.promise.finally(() => clearTimeout(timer));
  }

  #release(device: string): void {
    this.#used--;
    const left = this.#guestsOf.get(device)! - 1;
    if (left > 0) this.#guestsOf.set(device, left);
    else this.#guestsOf.delete(device);
  }

  #check(device: string, maxOfDevice: number): void {
    const { maxGuests, starters } = this.#options;
    if (this.#used >= maxGuests) {
      throw new NoRoomError(
        `Cannot start guest: the clone runs ${maxGuests}, as many as its owner allows (--max-guests)`,
      );
    }
    if ((this.#guestsOf.get(device) ?? 0) >= maxOfDevice) {
      throw new NoRoomError(
        `Cannot start guest: this device has ${maxOfDevice} there, as many as it is granted (\`trust limit\`)`,
      );
    }
    if (this.free <= 0) throw new NoRoomError("Cannot start guest: the clone has no memory left for it");
    if ((this.#line.length + 1) * this.#startMs / starters > MAX_LINE_MS) {
      throw new NoRoomError(`Cannot start guest: ${this.#line.length} others wait at the clone already`);
    }
  }

  #place(device: string): Place {
    const begun = this.#clock();
    const started = once(() => {
      clearTimeout(timer);
      this.#startMs += 0.2 * (Math.min(this.#clock() - begun, STARTING_TIMEOUT_MS) - this.#startMs);
      this.#next();
    });
    const timer = setTimeout(started, STARTING_TIMEOUT_MS);
    Deno.unrefTimer(timer);
    const leave = once(() => {
      started();
      this.#release(device);
    });
    return { started, leave };
  }

  /** Hands a starter's turn on. */
  #next(): void {
    if (this.#line.length === 0) {
      this.#starting--;
      return;
    }
    const servedAt = ({ device }: Waiter) => this.#servedAt.get(device) ?? 0;
    const next = this.#line.reduce((a, b) => servedAt(b) < servedAt(a) ? b : a);
    this.#line = this.#line.filter((waiter) => waiter !== next);
    // Now, so that its device's other apps don't come next as well.
    this.#servedAt.set(next.device, ++this.#order);
    next.enter.resolve();
  }
}

function once(body: () => void): () => void {
  let done = false;
  return () => {
    if (!done) body();
    done = true;
  };
}
