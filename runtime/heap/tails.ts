import {
  iteratorOfMap,
  iteratorOfSet,
  mapIteratorNext,
  mapSize,
  SafeMap,
  setIteratorNext,
  setSize,
} from "./intrinsics.ts";
import { KIND, type Node } from "./node.ts";

type Keys = Iterator<unknown>;

/** Whether nodes of a kind have entries. */
export function hasTail(kind: number): boolean {
  return kind === KIND.map || kind === KIND.set;
}

/**
 * Knows how many of a Map's or Set's entries were added since it came, also where one was deleted and added again in the
 * same place of the order. On the other side iterators may stand in it that nobody sees here: they must meet such entries
 * once more. Behind the last entry of each stands an iterator of ours, which meets what comes later.
 */
export class Tails {
  readonly #ends = new SafeMap<number, Keys>();

  /** From here on what is added counts. */
  begin(index: number, kind: number, node: Node): void {
    if (kind === KIND.map) {
      const keys = iteratorOfMap(node as Map<unknown, unknown>);
      for (let i = mapSize(node as Map<unknown, unknown>); i > 0; i--) mapIteratorNext(keys);
      this.#ends.set(index, keys);
    } else if (kind === KIND.set) {
      const keys = iteratorOfSet(node as Set<unknown>);
      for (let i = setSize(node as Set<unknown>); i > 0; i--) setIteratorNext(keys);
      this.#ends.set(index, keys);
    }
  }

  /** How many entries were added since {@linkcode begin}; begin anew afterwards. */
  count(index: number, kind: number): number {
    if (!hasTail(kind)) return 0;
    const keys = this.#ends.get(index);
    if (keys === undefined) return 0;
    const next = kind === KIND.map ? mapIteratorNext : setIteratorNext;
    let count = 0;
    while (next(keys).done !== true) count++;
    return count;
  }
}
