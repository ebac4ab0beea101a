import type { Inlet } from "../inlet.ts";
import { collectionOf, makeIterator, type Place } from "../iterator_place.ts";
import { KIND } from "../node.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import type { AbsentShell } from "./absent.ts";
import type { Kind } from "./kind.ts";

const NOTHING: readonly number[] = [];

/**
 * Map and Set iterators in progress. What they iterate over and how far they have come is found only when all else has been
 * reached, so it stands in a section of its own, before the shells; one that turned out to stay behind becomes an absent
 * object by it.
 */
export const iterator: Kind<object, Place | AbsentShell, void> = {
  name: "iterator",
  writeShell() {},
  writeContent(_, out: Outlet) {
    const standing = out.state.standings.get(out.at);
    const collection = standing && collectionOf(standing);
    if (collection !== undefined) out.reach(collection);
  },
  readShell(inlet: Inlet) {
    const { state } = inlet;
    const index = state.size - 1;
    const place = inlet.places.get(state.origin + index);
    if (place === undefined) throw new PacketError("an iterator has no place");
    if ("absent" in place) {
      state.kinds[index] = KIND.absent;
      return place.absent;
    }
    return place;
  },
  needs: (place) => "collection" in place && place.collection !== 0 ? [place.collection] : NOTHING,
  create: (place, inlet) => makeIterator(place as Place, inlet),
  readContent() {},
  check() {},
  fill() {},
};
