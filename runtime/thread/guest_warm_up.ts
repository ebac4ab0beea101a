import { type CodeAccess, SessionHeap, type ValueAccess } from "../heap/mod.ts";

/**
 * Takes a small heap there and back within a guest that nobody uses yet, so that code is compiled and built-ins are named
 * before the first thread comes: that takes longer than all else of a small first migration.
 */
export function warmUp(values: ValueAccess, code: CodeAccess): void {
  const device = new SessionHeap({ side: "device", values, code });
  const clone = new SessionHeap({ side: "clone", values, code });
  const list = [1, 0.5, "text", undefined, null, true, 1n];
  const heap = { list, named: { a: 1, b: list }, map: new Map([["key", [{}]]]), set: new Set([list]) };
  const bytes = new Uint8Array(8);
  for (let turn = 0; turn < TURNS; turn++) {
    const [there] = clone.accept(device.capture([heap, bytes, new Date(0)]).packet) as [
      typeof heap,
    ];
    there.named = { a: turn, b: there.list };
    there.list.push(turn);
    device.accept(clone.capture([there.named]).packet);
    clone.acknowledged();
  }
}

/** The second one finds what is there already. */
const TURNS = 2;
