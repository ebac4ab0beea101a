import assert from "node:assert/strict";
import { FakeSide } from "./fake_side_test.ts";
import { SessionHeap } from "./mod.ts";
import { PROGRAM } from "./program_test.ts";

interface Item {
  id: number;
  text: string;
  next: Item | null;
  tags: unknown[];
}

/** As many arrays again; 200 B of a packet for each item. */
function heap(items: number): Item {
  let item: Item | null = null;
  for (let id = 0; id < items; id++) item = { id, text: `${id} `.repeat(30), next: item, tags: [id, item] };
  return item!;
}

for (const [layouts, items] of [[false, 50_000], [true, 5_000]] as const) {
  const how = layouts ? "by layouts" : "by descriptors";
  Deno.test(`capture() sends of ${2 * items} objects only what changed, ${how}`, () => {
    const device = new FakeSide(PROGRAM, layouts), clone = new FakeSide(PROGRAM);
    const deviceHeap = new SessionHeap({ side: "device", values: device.values, code: device });
    const cloneHeap = new SessionHeap({ side: "clone", values: clone.values, code: clone });
    const root = heap(items);
    const out = () => {
      const { packet } = deviceHeap.capture([root]);
      return { bytes: packet.length, root: cloneHeap.accept(packet)[0] as Item };
    };
    const home = (result: unknown) => {
      const { packet } = cloneHeap.capture([result]);
      deviceHeap.accept(packet);
      return packet.length;
    };

    const first = out();
    assert(first.bytes > 160 * items, `${first.bytes} B at first`);
    assert(home(first.root) <= 1_000, "unchanged, back");

    const second = out();
    assert(second.bytes <= 20_000, `${second.bytes} B for an unchanged heap`);
    second.root.next!.next!.text = "changed there";
    assert(home(second.root) <= 1_000, "one changed field, back");
    assert.equal(root.next!.next!.text, "changed there");

    root.next!.tags[0] = "changed here";
    root.next!.next!.next!.next = { id: -1, text: "born here", next: root, tags: [] };
    const third = out();
    assert(third.bytes <= 1_000, `${third.bytes} B for two changes`);
    assert.equal(third.root.next!.tags[0], "changed here");
    const born = third.root.next!.next!.next!.next!;
    assert.equal(born.text, "born here");
    assert.equal(born.next, third.root);
    home(third.root);

    // What isn't a value changed: only a look at descriptors or layouts shows it.
    Object.freeze(root.next!.tags);
    Object.setPrototypeOf(root.next!.next!, null);
    Object.defineProperty(root.next!.next!.next!, "text", { enumerable: false });
    const { next } = out().root;
    assert(Object.isFrozen(next!.tags));
    assert.equal(Object.getPrototypeOf(next!.next), null);
    assert(!Object.keys(next!.next!.next!).includes("text"));
  });
}

Deno.test("capture() tells a replaced surrogate from a lone one, here and there", () => {
  const device = new FakeSide(PROGRAM, true), clone = new FakeSide(PROGRAM);
  const deviceHeap = new SessionHeap({ side: "device", values: device.values, code: device });
  const values = { ...clone.values, takeRedefined: () => [] };
  const cloneHeap = new SessionHeap({ side: "clone", values, code: clone });
  const [replaced, lone] = ["\ufffd".repeat(100), "\ud800".repeat(100)];
  const root = [replaced, "as it was".repeat(100)];
  deviceHeap.accept((cloneHeap.accept(deviceHeap.capture([root]).packet), cloneHeap.capture([])).packet);
  root[0] = lone;
  const [there] = cloneHeap.accept(deviceHeap.capture([root]).packet) as [string[]];
  assert.equal(there[0], lone);
  there[0] = replaced;
  deviceHeap.accept(cloneHeap.capture([there]).packet);
  assert.equal(root[0], replaced);
});
