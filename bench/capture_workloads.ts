/** The heaps that capture is measured with. */
import { parse } from "acorn";
import { FakeScope, type FakeSide } from "../runtime/heap/fake_side_test.ts";
import { SITE } from "../runtime/heap/program_test.ts";

/** A heap to be captured. */
export interface Workload {
  readonly name: string;
  make(side: FakeSide): any;
  /** Changes so many objects of it, to what no other time changed them to. */
  change(root: any, count: number, time: number): void;
  /** What can't carry it, or takes minutes; `v8` stands for all that carry no functions. */
  readonly without?: readonly ("v8" | "seroval")[];
}

class Tree {
  left: Tree | null = null;
  right: Tree | null = null;
  readonly id: number;
  name: string;
  constructor(id: number) {
    this.id = id;
    this.name = `node${id % 100}`;
  }
}
// The fake side knows no class statement of this module: the tree keeps its prototype but not its constructor.
Reflect.deleteProperty(Tree.prototype, "constructor");

function tree(count: number): Tree {
  const nodes = Array.from({ length: count }, (_, i) => new Tree(i));
  nodes.forEach((node, i) => {
    node.left = nodes[2 * i + 1] ?? null;
    node.right = nodes[2 * i + 2] ?? null;
  });
  return nodes[0]!;
}

/** From the top of the tree on. */
function renameSome(root: Tree, count: number, time: number): void {
  const nodes = [root];
  times(count, (i) => {
    const { left, right } = nodes[i]!;
    nodes[i]!.name = `changed ${i} ${time}`;
    if (left !== null) nodes.push(left);
    if (right !== null) nodes.push(right);
  });
}

function times(count: number, act: (i: number) => void): void {
  for (let i = 0; i < count; i++) act(i);
}

/** A real program's syntax tree, without the parser's prototypes. */
function syntaxTree(): unknown {
  const source = Deno.readTextFileSync(new URL(import.meta.resolve("acorn")));
  return structuredClone(parse(source, { ecmaVersion: "latest", sourceType: "module", locations: true }));
}

/** What capturing is measured with. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: "200,000 class instances in a tree",
    make: () => tree(200_000),
    change: renameSome,
  },
  {
    name: "a template of 1,000,000 objects",
    make: () => tree(1_000_000),
    change: renameSome,
    without: ["seroval"],
  },
  {
    name: "Map and Set, 200,000 entries",
    make: () => ({
      map: new Map(Array.from({ length: 100_000 }, (_, i) => [`key${i}`, { i }])),
      set: new Set(Array.from({ length: 100_000 }, (_, i) => i * 3)),
    }),
    change: (root, count, time) => times(count, (i) => root.map.get(`key${i}`).i = -time),
  },
  {
    name: "50,000 closures",
    make: (side) =>
      Array.from({ length: 50_000 }, (_, i) => side.closure(SITE.increment, [new FakeScope(0, [i])])),
    change: (root, count) => times(count, (i) => root[i]()),
    without: ["v8", "seroval"],
  },
  {
    name: "64 MiB of typed arrays",
    make: () => Array.from({ length: 16 }, (_, i) => new Uint8Array(1 << 22).fill(i)),
    change: (root, count, time) => times(count, (i) => root[i % 16][i * 4099] = 99 + time),
    // As text.
    without: ["seroval"],
  },
  {
    name: "20 MB of strings",
    make: () => Array.from({ length: 20_000 }, (_, i) => `${i} `.repeat(200).slice(0, 1000)),
    change: (root, count, time) => times(count, (i) => root[i] = `changed ${time}`),
  },
  {
    name: "50,000 records with arrays of numbers",
    make: () =>
      Array.from(
        { length: 50_000 },
        (_, i) => ({ id: i, at: [i / 3, i / 7, i], tags: ["a", "b"], ok: true }),
      ),
    change: (root, count, time) => times(count, (i) => root[i].at[1] = -time),
  },
  {
    name: "a syntax tree",
    make: syntaxTree,
    change: (root, count, time) => times(count, (i) => root.body[i % root.body.length].start = -i - time),
  },
];
