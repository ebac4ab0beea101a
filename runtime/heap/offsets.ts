import { newUint32Array, typedArrayLength } from "./intrinsics.ts";

/** A growing list of byte positions or indexes: a tenth of the memory traffic of a list of numbers. */
export class Offsets {
  length = 0;
  #room = 64;
  #list: Uint32Array = new newUint32Array(this.#room);

  push(offset: number): void {
    if (this.length === this.#room) this.#list = grownOffsets(this.#list, this.#room *= 2);
    this.#list[this.length++] = offset;
  }

  /** What was pushed at this place; 0 before the first. */
  at(place: number): number {
    return place < 0 ? 0 : this.#list[place]!;
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
  for (let i = 0, length = typedArrayLength(list); i < length; i++) grown[i] = list[i]!;
  return grown;
}
