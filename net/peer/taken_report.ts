import { TAKEN_BYTES, TAKEN_MS } from "./constants.ts";

/**
 * Tells a device what its clone took of a session: soon enough that the device's {@linkcode Credit} never runs dry, and at most
 * once in {@linkcode TAKEN_MS}, as each message costs both sides as much as a large piece does.
 */
export class TakenReport {
  readonly #tell: (bytes: number) => void;
  readonly #now: () => number;
  #bytes = 0;
  #toldAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (bytes: number) => void, now: () => number = () => performance.now()) {
    this.#tell = tell;
    this.#now = now;
  }

  /** Bytes went on to the guest. */
  took(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < TAKEN_BYTES || this.#timer !== undefined) return;
    const wait = this.#toldAt + TAKEN_MS - this.#now();
    if (wait <= 0) this.#say();
    else this.#timer = setTimeout(() => this.#say(), wait);
  }

  /** Nothing is told any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#bytes = -Infinity;
  }

  #say(): void {
    this.#timer = undefined;
    this.#toldAt = this.#now();
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#tell(bytes);
  }
}
