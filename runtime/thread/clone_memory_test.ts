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
  next.load({ code: [], reads: ["/c", "/a", "/b", "/unread"].map(read), own: ["/c", "/a"] });
  next.wereRead(["/c", "/a"]);
  deepEqual(next.takeNote(), undefined, "it was like that before");
  next.wereRead(["/unread"]);
  deepEqual(paths(next.takeNote()), ["/c", "/a", "/unread", "/b"]);
});

Deno.test("CloneMemory.own() are files that the last run read though no argument named them", () => {
  const run = (before: CloneMemory | undefined, { given, reads }: Record<"given" | "reads", string[]>) => {
    const memory = new CloneMemory(() => true, given);
    memory.load(JSON.parse(JSON.stringify(before?.takeNote() ?? null)));
    for (const path of reads) memory.addRead(read(path));
    memory.wereRead(reads);
    return memory;
  };
  const reloaded = (memory: CloneMemory) => run(memory, { given: [], reads: [] });
  const first = run(undefined, {
    given: ["/photos", "/a"],
    reads: ["/a", "/photos/1", "/library", "/photosets"],
  });
  deepEqual(reloaded(first).own(), ["/library", "/photosets"]);
  const second = run(run(undefined, { given: [], reads: ["/library", "/a"] }), {
    given: ["/a"],
    reads: ["/a"],
  });
  deepEqual(second.own(), ["/library", "/a"]);
  const third = reloaded(second);
  deepEqual(third.own(), [], "it read none of its own this time");
  third.wereRead([]);
  deepEqual(third.takeNote(), undefined);
});
