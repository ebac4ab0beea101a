/**
 * Bounds what devices have a clone collect in memory: frames that it keeps whole before it looks at them. A frame is bounded by its
 * kind; this bounds those of all of a device's sessions together, as they are announced.
 */
export class Collecting {
  readonly #mostBytes: number;
  readonly #bytesOf = new Map<string, number>();

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** What one session of a device collects. */
  of(device: string): SessionCollecting {
    let own = 0;
    let isOver = false;
    const add = (bytes: number) => {
      own += bytes;
      const sum = (this.#bytesOf.get(device) ?? 0) + bytes;
      if (sum > 0) this.#bytesOf.set(device, sum);
      else this.#bytesOf.delete(device);
    };
    return {
      begin: (bytes) => {
        if (isOver) return;
        if ((this.#bytesOf.get(device) ?? 0) + bytes > this.#mostBytes) {
          throw new RangeError(
            `Cannot take content: this device sends more than ${this.#mostBytes} bytes at once`,
          );
        }
        add(bytes);
      },
      done: (bytes) => add(-Math.min(own, bytes)),
      end: () => {
        isOver = true;
        add(-own);
      },
    };
  }
}

/** One session's part of a {@linkcode Collecting}. */
export interface SessionCollecting {
  /** A frame is announced. @throws {RangeError} if its device has too many under way */
  begin(bytes: number): void;
  /** It was dealt with. */
  done(bytes: number): void;
  /** The session has ended. */
  end(): void;
}
