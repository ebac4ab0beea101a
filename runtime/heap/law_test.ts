import fc from "fast-check";
import { assertEquals } from "./assert_test.ts";
import { BLOB_BYTES } from "./constants.ts";
import { FakeScope, type FakeSide } from "./fake_side_test.ts";
import { graphOf, objectsOf } from "./graph_test.ts";
import { pair } from "./pair_test.ts";
import { FakeSide as Side } from "./fake_side_test.ts";
import { PROGRAM, SITE, TALLY } from "./program_test.ts";

/** A heap as a recipe, so that the same one can be made on two sides: kinds of nodes, then edits among them. */
interface Recipe {
  readonly kinds: readonly number[];
  readonly edits: readonly Edit[];
  readonly mutations: readonly Edit[];
}

/** One step of a program: what it does to which node with which other node or primitive. */
interface Edit {
  readonly what: number;
  readonly target: number;
  readonly key: number;
  readonly value: number;
}

const PRIMITIVES: readonly unknown[] = [0, -0, NaN, 1.5, "text", "\ud800", undefined, null, true, 7n, -1];
const KEYS: readonly PropertyKey[] = ["a", "b", "c", "0", "3", "__proto__", Symbol.for("k"), "constructor"];

/** Entries of the large nodes, whose changes travel as patches. */
const MANY = 60;

function makeNode(kind: number, side: FakeSide): any {
  switch (kind) {
    case 0:
      return {};
    case 1:
      return [];
    case 2:
      return new Map();
    case 3:
      return new Set();
    case 4:
      return Object.create(null);
    case 5:
      return new Uint8Array(8);
    case 6:
      return side.closure(SITE.increment, [new FakeScope(0, [0])]);
    case 7:
      return new (side.class(SITE.Point))(1, 2);
    case 8:
      return new Date(0);
    case 9:
      return side.closure(SITE.usesBinding);
    case 11:
      return Array.from({ length: MANY }, (_, i) => `element ${i}`);
    case 12:
      return new Map(Array.from({ length: MANY }, (_, i) => [`key ${i}`, i % 7]));
    case 13:
      return new Set(Array.from({ length: MANY }, (_, i) => `member ${i}`));
    case 14:
      return Object.fromEntries(Array.from({ length: MANY }, (_, i) => [`name ${i}`, `value ${i % 5}`]));
    case 15:
      return new Uint8Array(new ArrayBuffer(BLOB_BYTES, { maxByteLength: 2 * BLOB_BYTES }));
    default:
      return Symbol("node");
  }
}

/** Does one edit to a heap; what can't be done is left. */
function edit(nodes: any[], side: FakeSide, step: Edit): void {
  try {
    doEdit(nodes, side, step);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
  }
}

function doEdit(nodes: any[], side: FakeSide, { what, target, key, value }: Edit): void {
  const node = nodes[target % nodes.length];
  const content = value % 3 === 0 ? PRIMITIVES[value % PRIMITIVES.length] : nodes[value % nodes.length];
  const name = KEYS[key % KEYS.length]!;
  if (typeof node === "symbol") return;
  switch (what % 16) {
    case 0:
    case 1:
      Reflect.defineProperty(node, name, {
        value: content,
        writable: true,
        enumerable: true,
        configurable: true,
      });
      break;
    case 2:
      Reflect.deleteProperty(node, name);
      break;
    case 3:
      Reflect.defineProperty(node, name, { value: content, enumerable: key % 2 === 0, configurable: true });
      break;
    case 4:
      if (value % 5 === 0) Object.freeze(ArrayBuffer.isView(node) ? {} : node);
      else Object.preventExtensions(node);
      break;
    case 5:
      if (Array.isArray(node)) Reflect.set(node, "length", key);
      else if (node instanceof Date) node.setTime(value);
      break;
    case 6:
      if (Array.isArray(node) && Object.isExtensible(node)) Reflect.set(node, node.length, content);
      break;
    case 7:
      if (node instanceof Map) node.set(content, nodes[key % nodes.length]);
      else if (node instanceof Set) node.add(content);
      break;
    case 8:
      if (node instanceof Map || node instanceof Set) node.delete(content);
      break;
    case 9:
      if (node instanceof Uint8Array) node[key % 8] = value;
      break;
    case 10: {
      const description = typeof node === "function" ? side.describe(node) : undefined;
      if (description?.type === "closure") {
        for (const scope of description.scopes) {
          scope.write(0, content);
        }
      } else Reflect.setPrototypeOf(node, typeof content === "object" ? content : null);
      break;
    }
    case 11:
      side.writeBinding(TALLY, content);
      break;
    case 12:
      nodes.push(makeNode(value % 11, side));
      Reflect.set(node, name, nodes[nodes.length - 1]);
      break;
    case 13: {
      const owner = side.privateOwner(Reflect.getPrototypeOf(node) ?? {});
      if (owner && side.readPrivates(owner, node)) side.writePrivate(owner, node, 0, content);
      break;
    }
    case 14:
      editWithin(node, (key * 41 + value) % (2 * MANY), content);
      break;
    case 15:
      moveWithin(node, (key * 41 + value) % MANY);
  }
}

/** Changes one of many. */
function editWithin(node: any, place: number, content: unknown): void {
  if (Array.isArray(node)) {
    if (place % 4 === 0) Reflect.deleteProperty(node, place);
    else Reflect.set(node, place, content);
  } else if (node instanceof Map) node.set(`key ${place}`, content);
  else if (node instanceof Set) node.add(`member ${place}`);
  else if (node instanceof Uint8Array) node[place * 331] = place;
  else Reflect.set(node, `name ${place}`, content);
}

/** Takes one of many out; some come again at the end or elsewhere. */
function moveWithin(node: any, place: number): void {
  if (Array.isArray(node)) {
    if (place % 3 === 0) node.unshift(...node.splice(place, 1));
    else node.splice(place, place % 4, ...node.slice(0, place % 5));
  } else if (node instanceof Map) {
    const key = `key ${place}`;
    if (node.delete(key) && place % 3 > 0) node.set(key, place);
  } else if (node instanceof Set) {
    const key = `member ${place}`;
    if (node.delete(key) && place % 3 > 0) node.add(key);
  } else if (node instanceof Uint8Array) {
    const buffer = node.buffer as ArrayBuffer;
    if (buffer.resizable) buffer.resize(BLOB_BYTES + (place - 3) * 100);
    else node.copyWithin(place, 0);
  } else {
    const key = `name ${place}`, { [key]: value } = node;
    if (Reflect.deleteProperty(node, key) && place % 3 > 0) Reflect.set(node, key, value);
  }
}

function build(recipe: Recipe, side: FakeSide): any[] {
  // The first one makes the bindings part of the heap.
  const nodes = [9, ...recipe.kinds].map((kind) => makeNode(kind, side));
  for (const each of recipe.edits) edit(nodes, side, each);
  return nodes;
}

const edits = (maxLength: number) =>
  fc.array(
    fc.record({
      what: fc.nat(15),
      target: fc.nat(40),
      key: fc.nat(7),
      value: fc.nat(40),
    }),
    { maxLength },
  );
const recipes: fc.Arbitrary<Recipe> = fc.record({
  kinds: fc.array(fc.nat(15), { minLength: 1, maxLength: 8 }),
  edits: edits(25),
  mutations: edits(20),
});
const RUNS = { numRuns: Number(Deno.env.get("LAW_RUNS") ?? 300) };

Deno.test("migrating, changing and returning equals changing here", () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const local = new Side(PROGRAM);
      const localNodes = build(recipe, local);
      const localObjects = objectsOf(localNodes, local);
      const { device, clone, deviceHeap, cloneHeap } = pair();
      const nodes = build(recipe, device);
      const objects = objectsOf(nodes, device);

      // `nodes` itself migrates too, so that what the mutations add is reachable.
      const [arrived] = cloneHeap.accept(deviceHeap.capture([nodes]).packet) as [any[]];
      for (const each of recipe.mutations) {
        edit(arrived, clone, each);
        edit(localNodes, local, each);
      }
      deviceHeap.accept(cloneHeap.capture([arrived]).packet);
      assertEquals(graphOf(nodes, device, objects), graphOf(localNodes, local, localObjects));

      const second = deviceHeap.capture([nodes]);
      assertEquals(second.objects, 0, "something is sent again");
      const [again] = cloneHeap.accept(second.packet);
      assertEquals(again === arrived, true);
    }),
    RUNS,
  );
});

Deno.test("changes on the device between two migrations reach the clone", () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const { device, clone, deviceHeap, cloneHeap } = pair();
      const nodes = build(recipe, device);
      const [arrived] = cloneHeap.accept(deviceHeap.capture([nodes]).packet) as [any[]];
      deviceHeap.accept(cloneHeap.capture([arrived]).packet);
      for (const each of recipe.mutations) edit(nodes, device, each);
      const [again] = cloneHeap.accept(deviceHeap.capture([nodes]).packet) as [any[]];
      assertEquals(again === arrived, true);
      const expected = graphOf(nodes, device), actual = graphOf(again, clone);
      assertEquals(actual, expected);
      deviceHeap.accept(cloneHeap.capture([1]).packet);
      assertEquals(graphOf(nodes, device), expected);
    }),
    RUNS,
  );
});

Deno.test("capture() is deterministic and changes nothing", () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const packets = [0, 1].map(() => {
        const { device, deviceHeap } = pair();
        const nodes = build(recipe, device);
        const before = graphOf(nodes, device);
        const { packet } = deviceHeap.capture([nodes]);
        assertEquals(graphOf(nodes, device), before);
        return packet;
      });
      assertEquals(packets[0], packets[1]);
    }),
    RUNS,
  );
});
