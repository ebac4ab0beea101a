/**
 * Capture and instantiate against what people use to copy heaps. Run with `deno task bench:capture [--json] [PART OF A NAME]`; medians
 * of several rounds, interleaved, all in one process. Baselines carry the same values with prototypes and functions
 * stripped. `out` is capture and encode, `in` decode and instantiate; `home` is what the clone does to send back a heap of
 * which one object changed, `again` what the device does to migrate that heap once more. The engine's flags are an app process's; a
 * guest has no such young generation, so `in` and `home` take somewhat longer there.
 */
import { deserialize, serialize } from "node:v8";
import { parse } from "acorn";
import { deserialize as serovalIn, serialize as serovalOut } from "seroval";
import { FakeScope, FakeSide } from "../runtime/heap/fake_side_test.ts";
import { SessionHeap } from "../runtime/heap/mod.ts";
import { PROGRAM, SITE } from "../runtime/heap/program_test.ts";
import { Redefinitions } from "../runtime/host/redefinitions.ts";
import { msgpackr } from "./msgpackr/baseline.ts";

const ROUNDS = 5;

interface Row {
  readonly workload: string;
  readonly step: "out" | "in" | "both" | "home" | "again";
  readonly ms: number;
  readonly bytes: number;
  /** Our time over `v8.serialize` (out, home, again), `deserialize` (in) or both; null where it can't carry the heap. */
  readonly vs_v8: number | null;
  readonly vs_structured_clone: number | null;
  readonly vs_msgpackr: number | null;
  readonly vs_seroval: number | null;
  /** What capturing an unchanged heap takes of what capturing it took, for `again`. */
  readonly vs_out: number | null;
}

interface Workload {
  readonly name: string;
  make(side: FakeSide): any;
  /** Changes one object of it. */
  change(root: any): void;
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

/** A real program's syntax tree, without the parser's prototypes. */
function syntaxTree(): unknown {
  const source = Deno.readTextFileSync(new URL(import.meta.resolve("acorn")));
  return structuredClone(parse(source, { ecmaVersion: "latest", sourceType: "module", locations: true }));
}

const WORKLOADS: readonly Workload[] = [
  {
    name: "200,000 class instances in a tree",
    make: () => tree(200_000),
    change: (root) => root.left.left.name = "changed",
  },
  {
    name: "a template of 1,000,000 objects",
    make: () => tree(1_000_000),
    change: (root) => root.left.left.name = "changed",
    without: ["seroval"],
  },
  {
    name: "Map and Set, 200,000 entries",
    make: () => ({
      map: new Map(Array.from({ length: 100_000 }, (_, i) => [`key${i}`, { i }])),
      set: new Set(Array.from({ length: 100_000 }, (_, i) => i * 3)),
    }),
    change: (root) => root.map.get("key5").i = -1,
  },
  {
    name: "50,000 closures",
    make: (side) =>
      Array.from({ length: 50_000 }, (_, i) => side.closure(SITE.increment, [new FakeScope(0, [i])])),
    change: (root) => root[5](),
    without: ["v8", "seroval"],
  },
  {
    name: "64 MiB of typed arrays",
    make: () => Array.from({ length: 16 }, (_, i) => new Uint8Array(1 << 22).fill(i)),
    change: (root) => root[3][7] = 99,
    // As text.
    without: ["seroval"],
  },
  {
    name: "20 MB of strings",
    make: () => Array.from({ length: 20_000 }, (_, i) => `${i} `.repeat(200).slice(0, 1000)),
    change: (root) => root[9] = "changed",
  },
  {
    name: "50,000 records with arrays of numbers",
    make: () =>
      Array.from(
        { length: 50_000 },
        (_, i) => ({ id: i, at: [i / 3, i / 7, i], tags: ["a", "b"], ok: true }),
      ),
    change: (root) => root[77].at[1] = 0,
  },
  {
    name: "a syntax tree",
    make: syntaxTree,
    change: (root) => root.body[0].start = -1,
  },
];

const redefinitions = new Redefinitions();
const packr = await msgpackr();

class Samples {
  readonly #byName = new Map<string, number[]>();

  /** Undefined if the work can't be done. */
  time<T>(name: string, work: () => T): T | undefined {
    const start = performance.now();
    try {
      const result = work();
      const list = this.#byName.get(name) ?? [];
      list.push(performance.now() - start);
      this.#byName.set(name, list);
      return result;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return undefined;
    }
  }

  median(...names: string[]): number {
    const each = names.map((name) => {
      const list = (this.#byName.get(name) ?? [NaN]).toSorted((a, b) => a - b);
      return list[list.length >> 1]!;
    });
    return each.reduce((a, b) => a + b, 0);
  }
}

function ours(times: Samples, { make, change }: Workload, given: unknown, fresh: boolean): number {
  const device = new FakeSide(PROGRAM, true), clone = new FakeSide(PROGRAM);
  const root = fresh ? make(device) : given;
  const deviceHeap = new SessionHeap({ side: "device", values: device.values, code: device });
  const values = { ...clone.values, takeRedefined: () => redefinitions.take() };
  const cloneHeap = new SessionHeap({ side: "clone", values, code: clone });
  redefinitions.take();
  // What leaves the capture is the packet in parts: whoever sends it writes one after the other.
  const { packet } = times.time("out", () => deviceHeap.capture([root]))!;
  const [arrived] = times.time("in", () => cloneHeap.accept(packet))!;
  change(arrived);
  const home = times.time("home", () => cloneHeap.capture([arrived]))!;
  deviceHeap.accept(home.packet);
  times.time("again", () => deviceHeap.capture([root]));
  return packet.length;
}

function baselines(times: Samples, root: unknown, without: Workload["without"] = []): void {
  if (!without.includes("v8")) {
    const serialized = times.time("v8 out", () => serialize(root))!;
    times.time("v8 in", () => deserialize(serialized));
    times.time("clone", () => structuredClone(root));
    // Reuses its buffer: what is read must be a copy.
    const packed = times.time("msgpackr out", () => packr.pack(root))?.slice();
    if (packed !== undefined) times.time("msgpackr in", () => packr.unpack(packed));
  }
  if (without.includes("seroval")) return;
  const text = times.time("seroval out", () => serovalOut(root as any));
  if (text !== undefined) times.time("seroval in", () => serovalIn(text));
}

function measure(workload: Workload): Row[] {
  const times = new Samples();
  const { name, without = [] } = workload;
  const root = workload.make(new FakeSide(PROGRAM));
  const withCode = without.includes("v8");
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // Each round merges a change: the baselines see it too.
    bytes = ours(times, workload, root, withCode);
    baselines(times, root, without);
  }
  return (["out", "in", "both", "home", "again"] as const).map((step) => {
    const steps = step === "both" ? ["out", "in"] : [step];
    const ms = times.median(...steps);
    const over = (other: string) => {
      const theirs = steps.map((each) => `${other} ${each === "in" ? "in" : "out"}`);
      return ratio(ms / times.median(...theirs));
    };
    return {
      workload: name,
      step,
      ms: Math.round(ms * 10) / 10,
      bytes,
      vs_v8: over("v8"),
      vs_structured_clone: step === "both" ? ratio(ms / times.median("clone")) : null,
      vs_msgpackr: over("msgpackr"),
      vs_seroval: over("seroval"),
      vs_out: step === "again" ? ratio(ms / times.median("out")) : null,
    };
  });
}

function ratio(value: number): number | null {
  return Number.isNaN(value) ? null : Math.round(value * 100) / 100;
}

const [wanted] = Deno.args.filter((arg) => arg !== "--json");
for (const workload of WORKLOADS.filter(({ name }) => wanted === undefined || name.includes(wanted))) {
  for (const row of measure(workload)) {
    if (Deno.args.includes("--json")) console.log(JSON.stringify(row));
    else {
      const against = [
        ["v8", row.vs_v8],
        ["msgpackr", row.vs_msgpackr],
        ["seroval", row.vs_seroval],
        ["out", row.vs_out],
      ] as const;
      const shown = against.map(([other, times]) => times === null ? "" : `${times} × ${other}`.padStart(16));
      console.log(
        `${row.workload.padEnd(38)} ${row.step.padEnd(5)} ${String(row.ms).padStart(8)} ms${shown.join("")}`,
      );
    }
  }
}
