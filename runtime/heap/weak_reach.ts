import { holdsWeakly } from "./kinds/weak_entry.ts";
import { isValueKind, KIND } from "./node.ts";
import type { Outlet } from "./outlet.ts";
import type { SessionState } from "./session_state.ts";

/**
 * Finds the entries of weak collections that matter: those whose collection and key a capture both reached. Nothing can
 * list what a weak collection holds, so each is asked for each reached object, once; code that has the collection and
 * none of the other keys can't tell the difference.
 */
export class WeakReach {
  readonly #holders: number[] = [];
  /** By holder, how many of the reached nodes it was asked for. */
  readonly #asked: number[] = [];

  /** Told of every weak collection that is reached. */
  note(index: number): void {
    this.#holders[this.#holders.length] = index;
    this.#asked[this.#asked.length] = 0;
  }

  /** Reaches the entries of all nodes reached so far; whether there were any that hadn't been. */
  reach(out: Outlet): boolean {
    const before = out.queue.length;
    for (let i = 0; i < this.#holders.length; i++) {
      for (let at = this.#asked[i]!; at < before; at++) reachEntry(out, this.#holders[i]!, out.queue.at(at));
      this.#asked[i] = before;
    }
    return out.queue.length > before;
  }
}

/** Reaches the entry that one node has, or had, in a weak collection. */
function reachEntry(out: Outlet, holder: number, key: number): void {
  const { state } = out;
  if (!hasEntry(state, holder, key)) return;
  out.at = holder;
  out.reach(state.weakEntry(state.nodes[holder] as object, state.nodes[key] as WeakKey), KIND.weakEntry);
}

/** Whether a node has an entry in a weak collection, or had one that the other side may still have. */
export function hasEntry(state: SessionState, holder: number, key: number): boolean {
  if (!isValueKind(state.kinds[key]!)) return false;
  const collection = state.nodes[holder] as object;
  const node = state.nodes[key] as WeakKey;
  return holdsWeakly(state.kinds[holder]!, collection, node) || state.knowsWeakEntry(collection, node);
}
