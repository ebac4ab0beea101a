import { deepEqual } from "node:assert/strict";
import { CloneMemory } from "./clone_memory.ts";

function read(path: string) {
  return { path, state: "s", chunks: [] };
}

Deno.test("CloneMemory.takeNote() has files in the order in which methods read them, then what nobody read", () => {
  const memory = new CloneMemory(() => true);
  for (const path of ["/unread", "/a", "/b", "/c"]) memory.addRead(read(path));
  memory.wereRead(["/c", "/elsewhere"]);
  memory.wereRead(["/a", "/c", "/b"]);
  const paths = (note = memory.takeNote()) => note?.reads.map(({ path }) => path);
  deepEqual(paths(), ["/c", "/a", "/b", "/unread"]);
  deepEqual(paths(), undefined, "nothing is new");
  const next = new CloneMemory(() => true);
  next.load({ code: [], reads: ["/c", "/a", "/b", "/unread"].map(read) });
  next.wereRead(["/c", "/a"]);
  deepEqual(next.takeNote(), undefined, "it was like that before");
  next.wereRead(["/unread"]);
  deepEqual(paths(next.takeNote()), ["/c", "/a", "/unread", "/b"]);
});
