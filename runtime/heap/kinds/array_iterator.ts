import type { Inlet, Properties } from "../inlet.ts";
import { ownKeys, typedArrayName } from "../intrinsics.ts";
import { GIVES } from "../iterator_place.ts";
import { canMove, isFar, makeKeptIterator, moveIterator, standOf } from "../kept_iterator.ts";
import { KIND } from "../node.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { pathOf } from "../path.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import { Refusal } from "../refusal.ts";
import { REFUSALS } from "../refusals.ts";
import type { Kind } from "./kind.ts";

interface Place {
  /** MID of what it iterates over; 0 once it has ended. */
  readonly source: number;
  readonly index: number;
  readonly properties: Properties;
}

/** Array iterators in progress that rewritten code kept. */
export const arrayIterator: Kind<object, number, Place> = {
  name: "array iterator",
  writeShell(node, out: Outlet) {
    if (out.fresh) out.w.byte(standOf(node)!.gives);
  },
  writeContent(node, out: Outlet) {
    const stand = standOf(node)!;
    if (isFar(stand)) throw new Refusal(pathOf(out, out.at), REFUSALS.farIterator);
    const { source, index } = stand;
    out.optionalNode(source ?? null);
    out.w.varint(source === undefined ? 0 : index);
    out.properties(node, ownKeys(node));
  },
  readShell: (inlet: Inlet) => inlet.byte(),
  create(gives) {
    if (gives > GIVES.entries) throw new PacketError("an iterator is of no known kind");
    return makeKeptIterator(gives);
  },
  readContent: (inlet: Inlet) => ({
    source: inlet.mid(),
    index: inlet.varint(),
    properties: inlet.properties(),
  }),
  check(node, { source, index, properties }, inlet) {
    if (source !== 0 && !isList(source, inlet) || !canMove(node, sourceOf(source, inlet), index)) {
      throw new PacketError("an array iterator can't be brought there");
    }
    checkProperties(node, ownKeys(node), properties, inlet);
  },
  fill(node, { source, index, properties }, inlet) {
    moveIterator(node, sourceOf(source, inlet), index);
    applyProperties(node, ownKeys(node), properties, inlet);
  },
};

function sourceOf(mid: number, inlet: Inlet): object | undefined {
  return mid === 0 ? undefined : inlet.liveObject(mid);
}

function isList(mid: number, inlet: Inlet): boolean {
  const kind = inlet.kindOf(mid);
  if (kind === KIND.view) return typedArrayName(inlet.liveObject(mid)) !== undefined;
  return kind === KIND.array || kind === KIND.absent && inlet.side === "clone";
}
