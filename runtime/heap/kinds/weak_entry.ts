import { UNINITIALISED } from "../access.ts";
import type { Inlet } from "../inlet.ts";
import {
  objectIs,
  symbolKeyFor,
  weakMapDelete,
  weakMapGet,
  weakMapHas,
  weakMapSet,
  weakSetAdd,
  weakSetDelete,
  weakSetHas,
} from "../intrinsics.ts";
import { isWeakKind, KIND, type WeakEntry } from "../node.ts";
import { HOLE, type Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import type { SessionState } from "../session_state.ts";
import type { Kind } from "./kind.ts";

interface EntryShell {
  readonly holder: number;
  readonly key: number;
}

/** Entries of WeakMaps and WeakSets: the value, or nothing once the entry is deleted. */
export const weakEntry: Kind<WeakEntry, EntryShell, unknown> = {
  name: "weak entry",
  writeShell({ holder, key }, out: Outlet) {
    if (!out.fresh) return;
    out.node(holder);
    out.node(key as object);
  },
  writeContent(entry, out: Outlet) {
    out.value(held(entry, out.state));
  },
  readShell: (inlet: Inlet) => ({ holder: inlet.mid(), key: inlet.mid() }),
  needs: ({ holder, key }) => [holder, key],
  create(shell, inlet) {
    if (!isWeakKind(inlet.kindOf(shell.holder) ?? -1)) {
      throw new PacketError("an entry has no weak collection");
    }
    const key = inlet.liveValue(shell.key);
    if (typeof key === "symbol" && symbolKeyFor(key) !== undefined) {
      throw new PacketError("a registered symbol can't be held weakly");
    }
    return inlet.state.weakEntry(inlet.liveObject(shell.holder), key);
  },
  readContent(inlet: Inlet) {
    const value = inlet.slot();
    if (value === UNINITIALISED) throw new PacketError("a weak entry holds no value");
    return value;
  },
  check() {},
  fill(entry, value, inlet) {
    if (!objectIs(held(entry, inlet.state), value)) hold(entry, value, inlet.state);
  },
};

/** Whether a weak collection has an entry for a key. */
export function holdsWeakly(kind: number, holder: object, key: WeakKey): boolean {
  return kind === KIND.weakMap
    ? weakMapHas(holder as WeakMap<WeakKey, unknown>, key)
    : weakSetHas(holder as WeakSet<WeakKey>, key);
}

function held({ holder, key }: WeakEntry, state: SessionState): unknown {
  const kind = state.kinds[state.find(holder)!]!;
  if (!holdsWeakly(kind, holder, key)) return HOLE;
  return kind === KIND.weakSet ? true : weakMapGet(holder as WeakMap<WeakKey, unknown>, key);
}

function hold({ holder, key }: WeakEntry, value: unknown, state: SessionState): void {
  const isMap = state.kinds[state.find(holder)!] === KIND.weakMap;
  if (isMap && value === HOLE) weakMapDelete(holder as WeakMap<WeakKey, unknown>, key);
  else if (isMap) weakMapSet(holder as WeakMap<WeakKey, unknown>, key, value);
  else if (value === HOLE) weakSetDelete(holder as WeakSet<WeakKey>, key);
  else weakSetAdd(holder as WeakSet<WeakKey>, key);
}
