import { newUint32Array, typedArraySet } from "./intrinsics.ts";

const NONE = new Uint32Array();
/** Smaller lists are doubled as they grow, ones up to the second size quadrupled. */
const LARGE = 1 << 14, HUGE = 1 << 24;

/**
 * The room that a list should have which needs this much. Room of typed arrays that isn't written to takes no memory, but
 * each list that was too small does until it is collected: so rather too much.
 */
export function roomFor(needed: number): number {
  return needed < LARGE || needed > HUGE ? needed * 2 : needed * 4;
}

/**
 * A growing list of byte positions or indexes: a tenth of the memory traffic of a list of numbers. As long as each is one more than
 * the one before, as with the indexes of what is new, they take no memory.
 */
export class Offsets {
  length = 0;
  /** The first, while they follow each other. */
  #first = 0;
  #isRange = true;
  #room = 0;
  #list: Uint32Array = NONE;

  push(offset: number): void {
    if (this.#isRange) {
      if (this.length === 0) this.#first = offset;
      if (offset === this.#first + this.length) {
        this.length++;
        return;
      }
      this.#spread();
    }
    if (this.length === this.#room) this.#list = grownOffsets(this.#list, this.#room = roomFor(this.length));
    this.#list[this.length++] = offset;
  }

  #spread(): void {
    this.#isRange = false;
    this.#room = this.length * 2 + 64;
    this.#list = new newUint32Array(this.#room);
    for (let i = 0; i < this.length; i++) this.#list[i] = this.#first + i;
  }

  /** What was pushed at this place; 0 before the first. */
  at(place: number): number {
    if (place < 0) return 0;
    return this.#isRange ? this.#first + place : this.#list[place]!;
  }
}

/** A list of what one has, then the other. */
export function joined(first: Offsets, second: Offsets): Offsets {
  const all = new Offsets();
  for (let i = 0; i < first.length; i++) all.push(first.at(i));
  for (let i = 0; i < second.length; i++) all.push(second.at(i));
  return all;
}

/** The same offsets with room for more. */
export function grownOffsets(list: Uint32Array, room: number): Uint32Array<ArrayBuffer> {
  const grown = new newUint32Array(room);
  typedArraySet(grown, list);
  return grown;
}
