import type { Inlet, Properties } from "../inlet.ts";
import {
  mapDelete,
  mapForEach,
  mapGet,
  MapPrototype,
  mapSet,
  mapSize,
  newMap,
  objectIs,
  ownKeys,
  SafeMap,
} from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { applyProperties, checkProperties, isBare } from "../properties.ts";
import { FILLED, type Kind } from "./kind.ts";
import { lastingKeys } from "./lasting_keys.ts";

interface MapContent {
  /** Undefined if a new Map has its entries already. */
  readonly keys: readonly unknown[] | undefined;
  readonly values: readonly unknown[];
  readonly properties: Properties;
}

/** Maps, in order. */
export const map: Kind<Map<unknown, unknown>, void, MapContent> = {
  name: "Map",
  writeShell() {},
  writeContent(node, out: Outlet) {
    out.w.varint(mapSize(node));
    mapForEach(node, (value, key) => {
      out.value(key);
      out.value(value);
    });
    out.properties(node, ownKeys(node));
  },
  readShell() {},
  create: () => new newMap(),
  readContent(inlet: Inlet) {
    const keys: unknown[] = [];
    const values: unknown[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) {
      keys[i] = inlet.value();
      values[i] = inlet.value();
    }
    return { keys, values, properties: inlet.properties() };
  },
  readInto(node, _, inlet) {
    for (let i = 0, count = inlet.count(); i < count; i++) mapSet(node, inlet.value(), inlet.value());
    const properties = inlet.properties();
    return isBare(properties, MapPrototype) ? FILLED : { keys: undefined, values: [], properties };
  },
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content.properties, inlet);
  },
  fill(node, content, inlet) {
    fillEntries(node, content, inlet.tails.get(node) ?? 0);
    applyProperties(node, ownKeys(node), content.properties, inlet);
  },
};

/** Edits as a program would have: entries that last stay in place, so live iterators go on where they are. */
function fillEntries(node: Map<unknown, unknown>, { keys, values }: MapContent, tail: number): void {
  if (keys === undefined) return;
  if (mapSize(node) === 0) {
    for (let i = 0; i < keys.length; i++) mapSet(node, keys[i], values[i]);
    return;
  }
  const now = new SafeMap<unknown, number>();
  let count = 0;
  mapForEach(node, (_, key) => now.set(key, count++));
  const lasting = lastingKeys(now, keys, tail);
  const lasts = new SafeMap<unknown, true>();
  for (let i = 0; i < lasting; i++) lasts.set(keys[i], true);
  now.forEach((_, key) => {
    if (!lasts.has(key)) mapDelete(node, key);
  });
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (i >= lasting || !objectIs(mapGet(node, key), values[i])) mapSet(node, key, values[i]);
  }
}
