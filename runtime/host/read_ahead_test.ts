import assert from "node:assert/strict";
import { ReadAhead } from "./read_ahead.ts";

const KIB = 1024;

function ahead(list: readonly string[], bytes = 60 * KIB): (path: string) => string[] {
  const files = new ReadAhead(list);
  return (path) => [...files.after(path, () => new Uint8Array(bytes)).keys()];
}

Deno.test("ReadAhead.after() sends what follows in the list, more each time the guess was right", () => {
  const after = ahead(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
  assert.deepEqual(after("a"), ["b", "c"]);
  assert.deepEqual(after("d"), ["e", "f", "g", "h"]);
  assert.deepEqual(after("i"), ["j"]);
});

Deno.test("ReadAhead.more() goes on where the last one ended, with more each time, until nothing is left", () => {
  const files = new ReadAhead(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
  const load = () => new Uint8Array(60 * KIB);
  assert.deepEqual([...files.after("a", load).keys(), files.next], ["b", "c", "d"]);
  assert.deepEqual([...files.more(load).keys(), files.next], ["d", "e", "f", "g", "h"]);
  assert.deepEqual([...files.more(load).keys(), files.next], ["h", "i", "j", undefined]);
  assert.deepEqual([...files.more(load).keys()], []);
});

Deno.test("ReadAhead.more() sends a file alone that is larger than what is sent together", () => {
  const files = new ReadAhead(["a", "b", "c"]);
  const mostOf: number[] = [];
  const load = (_: string, most: number) => {
    mostOf.push(most);
    return { length: 3_000 * KIB };
  };
  assert.deepEqual([...files.after("a", load).keys(), files.next], ["b"]);
  assert.deepEqual([...files.more(load).keys(), files.next], ["b", "c"]);
  assert.ok(mostOf[0]! < 3_000 * KIB && mostOf[1]! > 3_000 * KIB && mostOf[2]! < 0, `${mostOf}`);
});

Deno.test("ReadAhead.next is nothing that can't be sent", () => {
  const files = new ReadAhead(["a", "b", "c"]);
  files.after("a", () => undefined);
  assert.deepEqual([files.next, [...files.more(() => new Uint8Array(1)).keys()]], [undefined, []]);
});

Deno.test("ReadAhead.after() sends no more than before when the guess was wrong", () => {
  const after = ahead(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]);
  after("a");
  assert.deepEqual(after("f"), ["g", "h"]);
});

Deno.test("ReadAhead.after() sends nothing along with a file of no list, and no file twice", () => {
  const after = ahead(["a", "b", "c"]);
  assert.deepEqual(after("x"), []);
  assert.deepEqual(after("a"), ["b", "c"]);
  assert.deepEqual(after("a"), []);
});

Deno.test("ReadAhead.after() stops at a file that can't be sent", () => {
  const files = new ReadAhead(["a", "b", "c"]);
  assert.deepEqual([...files.after("a", (path) => path === "b" ? undefined : new Uint8Array(1)).keys()], []);
});

Deno.test("ReadAhead takes the order of an earlier run before that of a folder", () => {
  const files = new ReadAhead([]);
  files.expect(["c", "a", "b"]);
  files.listed(["a", "b", "c", "d"]);
  const after = (path: string) => [...files.after(path, () => new Uint8Array(1)).keys()];
  assert.deepEqual(after("c"), ["a", "b"]);
  assert.deepEqual(after("d"), []);
});

Deno.test("ReadAhead.begin() forgets what the last guest had", () => {
  const files = new ReadAhead(["a", "b"]);
  const after = () => [...files.after("a", () => new Uint8Array(1)).keys()];
  assert.deepEqual(after(), ["b"]);
  files.begin();
  assert.deepEqual(after(), ["b"]);
});

Deno.test("ReadAhead.looks() names what follows in a list, each once, until the guest starts anew", () => {
  const ahead = new ReadAhead(["/a", "/b", "/c"]);
  assert.deepEqual(ahead.looks("/b"), ["/c"]);
  ahead.looked(["/b", "/c"]);
  assert.deepEqual(ahead.looks("/a"), []);
  assert.deepEqual(ahead.looks("/elsewhere"), []);
  ahead.begin();
  assert.deepEqual(ahead.looks("/a"), ["/b", "/c"]);
});
