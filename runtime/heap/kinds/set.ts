import type { Inlet, Properties } from "../inlet.ts";
import {
  newSet,
  ownKeys,
  SafeMap,
  SafeSet,
  setAdd,
  setDelete,
  setForEach,
  SetPrototype,
  setSize,
} from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { applyProperties, checkProperties, isBare } from "../properties.ts";
import { FILLED, type Kind } from "./kind.ts";
import { lastingKeys } from "./lasting_keys.ts";

interface SetContent {
  /** Undefined if a new Set has its members already. */
  readonly members: readonly unknown[] | undefined;
  readonly properties: Properties;
}

/** Sets, in order. */
export const set: Kind<Set<unknown>, void, SetContent> = {
  name: "Set",
  writeShell() {},
  writeContent(node, out: Outlet) {
    out.w.varint(setSize(node));
    setForEach(node, (member) => out.value(member));
    out.properties(node, ownKeys(node));
  },
  readShell() {},
  create: () => new newSet(),
  readContent(inlet: Inlet) {
    const members: unknown[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) members[i] = inlet.value();
    return { members, properties: inlet.properties() };
  },
  readInto(node, _, inlet) {
    for (let i = 0, count = inlet.count(); i < count; i++) setAdd(node, inlet.value());
    const properties = inlet.properties();
    return isBare(properties, SetPrototype) ? FILLED : { members: undefined, properties };
  },
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content.properties, inlet);
  },
  fill(node, content, inlet) {
    fillMembers(node, content.members, inlet.tails.get(node) ?? 0);
    applyProperties(node, ownKeys(node), content.properties, inlet);
  },
};

/** Edits as a program would have: members that last stay in place, so live iterators go on where they are. */
function fillMembers(node: Set<unknown>, members: SetContent["members"], tail: number): void {
  if (members === undefined) return;
  if (setSize(node) === 0) {
    for (let i = 0; i < members.length; i++) setAdd(node, members[i]);
    return;
  }
  const now = new SafeMap<unknown, number>();
  let count = 0;
  setForEach(node, (member) => now.set(member, count++));
  const lasting = lastingKeys(now, members, tail);
  const lasts = new SafeSet<unknown>();
  for (let i = 0; i < lasting; i++) lasts.add(members[i]);
  now.forEach((_, member) => {
    if (!lasts.has(member)) setDelete(node, member);
  });
  for (let i = lasting; i < members.length; i++) setAdd(node, members[i]);
}
