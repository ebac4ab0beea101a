/** A connection whose other end has yet to prove who it is. */
export interface Newcomer {
  /** The machine that it comes from, as far as its address tells. */
  readonly host: string;
  cut(reason: Error): void;
}

/** Within which bounds. */
export interface NewcomerLimits {
  /** At once. */
  readonly most: number;
  /** Time that each has, milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Bounds connections that say nothing, or not who they are: libp2p holds a few for ten seconds and refuses everybody else meanwhile,
 * and those to a websockets port it holds for ever.
 */
export class Newcomers {
  readonly #limits: NewcomerLimits;
  /** By what stands for the connection, in the order in which they came. */
  readonly #waiting = new Map<object, Newcomer & { readonly timer: ReturnType<typeof setTimeout> }>();

  constructor(limits: NewcomerLimits) {
    this.#limits = limits;
  }

  /** A connection came in: it is cut unless it leaves in time, or if there are too many and its machine has most of them. */
  came(connection: object, newcomer: Newcomer): void {
    const { most, timeoutMs } = this.#limits;
    const late = () => this.#cut(connection, `It didn't prove who it is within ${timeoutMs} ms`);
    const timer = setTimeout(late, timeoutMs);
    Deno.unrefTimer(timer);
    this.#waiting.set(connection, { ...newcomer, timer });
    if (this.#waiting.size <= most) return;
    const [first] = firstOfMost([...this.#waiting], ([, { host }]) => host);
    this.#cut(first, `More than ${most} connections haven't proved who they are`);
  }

  /** It has proved who it is, goes on as something else, or was closed. */
  left(connection: object): void {
    clearTimeout(this.#waiting.get(connection)?.timer);
    this.#waiting.delete(connection);
  }

  #cut(connection: object, reason: string): void {
    const newcomer = this.#waiting.get(connection);
    this.left(connection);
    newcomer?.cut(new Error(reason));
  }
}

/** Of the machine that has most of them, whoever came first: those of one machine don't keep others out. */
export function firstOfMost<T>(all: readonly T[], hostOf: (one: T) => string): T {
  const [most] = [...Map.groupBy(all, hostOf).values()].sort((a, b) => b.length - a.length);
  return most![0]!;
}
