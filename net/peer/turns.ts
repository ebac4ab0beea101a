/** A guest that wants to compute. */
export interface Contender {
  readonly pid: number;
  /** Whose it is. */
  readonly device: string;
  /** Cores that its device's guests may keep busy together. */
  readonly cores: number;
}

/**
 * Gives guests their turns: which run until the next one, when there are more than cores, or when a device's grant says so.
 *
 * Each device has an equal share of the cores, however many guests it has; within a device its guests take turns. At least one
 * guest of each device runs unless its grant is below one core, so that nobody waits for others to end: the operating system
 * shares the cores among those that run. What a grant leaves over of a core is carried to the next turn.
 */
export class Turns {
  readonly #cores: number;
  /** Cores that a device may still use, carried over. */
  readonly #credit = new Map<string, number>();
  /** When each guest last had a turn. */
  readonly #lastTurn = new Map<number, number>();
  #turn = 0;

  constructor(cores: number) {
    this.#cores = cores;
  }

  /** Ids of the processes that may run until the next call. */
  next(contenders: readonly Contender[]): Set<number> {
    this.#turn++;
    const devices = Map.groupBy(contenders, ({ device }) => device);
    // One device's guests among themselves are the operating system's to share.
    const crowded = devices.size > 1 && contenders.length > this.#cores;
    const share = crowded ? Math.max(1, Math.floor(this.#cores / devices.size)) : Infinity;
    const running = new Set<number>();
    for (const [device, guests] of devices) {
      const count = this.#countOf(device, Math.min(share, guests[0]!.cores), guests.length);
      guests.sort((a, b) => this.#last(a) - this.#last(b));
      for (const { pid } of guests.slice(0, count)) {
        running.add(pid);
        this.#lastTurn.set(pid, this.#turn);
      }
    }
    this.#forget(contenders, devices);
    return running;
  }

  #countOf(device: string, cores: number, wanted: number): number {
    const credit = (this.#credit.get(device) ?? 0) + cores;
    const count = Math.min(wanted, Math.floor(credit + 1e-9));
    // What wasn't wanted isn't saved up.
    this.#credit.set(device, count === wanted ? 0 : credit - count);
    return count;
  }

  #last({ pid }: Contender): number {
    return this.#lastTurn.get(pid) ?? 0;
  }

  #forget(contenders: readonly Contender[], devices: ReadonlyMap<string, unknown>): void {
    for (const device of this.#credit.keys()) if (!devices.has(device)) this.#credit.delete(device);
    const pids = new Set(contenders.map(({ pid }) => pid));
    for (const pid of this.#lastTurn.keys()) if (!pids.has(pid)) this.#lastTurn.delete(pid);
  }
}
