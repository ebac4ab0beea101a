/**
 * Where a generator takes its choices from: a seeded stream, kept, so that a program can be told again from the list of
 * choices, and made smaller by making the list smaller. A list that is too short goes on with zeros, which every generator
 * takes for its simplest alternative.
 */
export class Choices {
  readonly taken: number[] = [];
  readonly #next: () => number;

  private constructor(next: () => number) {
    this.#next = next;
  }

  static seeded(seed: number): Choices {
    let state = seed >>> 0;
    // mulberry32
    return new Choices(() => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return (t ^ (t >>> 14)) >>> 0;
    });
  }

  static replayed(taken: readonly number[]): Choices {
    let at = 0;
    return new Choices(() => taken[at++] ?? 0);
  }

  /** A number from 0 to `count - 1`. */
  below(count: number): number {
    const choice = this.#next() % count;
    this.taken.push(choice);
    return choice;
  }

  /** True about `percent` times in a hundred; false is the simpler alternative. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** Up to `most` results of `make`. */
  some<T>(most: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.below(most + 1) }, (_, index) => make(index));
  }
}
