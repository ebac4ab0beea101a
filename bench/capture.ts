/**
 * Capture and instantiate against what people use to copy heaps. Run with `deno task bench:capture [--json]`; medians
 * of several rounds, all in one process. Baselines carry the same values with prototypes and functions stripped.
 */
import { deserialize, serialize } from "node:v8";
import { FakeScope, FakeSide } from "../runtime/heap/fake_side_test.ts";
import { SessionHeap } from "../runtime/heap/mod.ts";
import { PROGRAM, SITE } from "../runtime/heap/program_test.ts";

const ROUNDS = 5;

interface Row {
  readonly workload: string;
  readonly step: "out" | "in" | "both";
  readonly ms: number;
  readonly bytes: number;
  /** Our time over `v8.serialize` (out), `deserialize` (in) or both. */
  readonly vs_v8: number | null;
  readonly vs_structured_clone: number | null;
}

class Tree {
  left: Tree | null = null;
  right: Tree | null = null;
  readonly id: number;
  readonly name: string;
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

const WORKLOADS: readonly { name: string; make(side: FakeSide): unknown; strip?: "no baseline" }[] = [
  { name: "200,000 class instances in a tree", make: () => tree(200_000) },
  {
    name: "Map and Set, 200,000 entries",
    make: () => ({
      map: new Map(Array.from({ length: 100_000 }, (_, i) => [`key${i}`, { i }])),
      set: new Set(Array.from({ length: 100_000 }, (_, i) => i * 3)),
    }),
  },
  {
    name: "50,000 closures",
    make: (side) =>
      Array.from({ length: 50_000 }, (_, i) => side.closure(SITE.increment, [new FakeScope(0, [i])])),
    strip: "no baseline",
  },
  {
    name: "64 MiB of typed arrays",
    make: () => Array.from({ length: 16 }, (_, i) => new Uint8Array(1 << 22).fill(i)),
  },
  {
    name: "20 MB of strings",
    make: () => Array.from({ length: 20_000 }, (_, i) => `${i} `.repeat(200).slice(0, 1000)),
  },
  {
    name: "records with arrays of numbers",
    make: () =>
      Array.from(
        { length: 50_000 },
        (_, i) => ({ id: i, at: [i / 3, i / 7, i], tags: ["a", "b"], ok: true }),
      ),
  },
];

function median(samples: number[]): number {
  return samples.sort((a, b) => a - b)[samples.length >> 1]!;
}

function timed<T>(samples: number[], work: () => T): T {
  const start = performance.now();
  const result = work();
  samples.push(performance.now() - start);
  return result;
}

function measure({ name, make, strip }: (typeof WORKLOADS)[number]): Row[] {
  const times = {
    out: [] as number[],
    in: [] as number[],
    ser: [] as number[],
    des: [] as number[],
    clone: [] as number[],
  };
  let bytes = 0;
  const root = make(new FakeSide(PROGRAM));
  for (let round = 0; round < ROUNDS; round++) {
    const device = new FakeSide(PROGRAM, true), clone = new FakeSide(PROGRAM);
    const captured = strip === undefined ? root : make(device);
    const deviceHeap = new SessionHeap({ side: "device", values: device.values, code: device });
    const cloneHeap = new SessionHeap({ side: "clone", values: clone.values, code: clone });
    const { packet } = timed(times.out, () => deviceHeap.capture([captured]));
    bytes = packet.length;
    timed(times.in, () => cloneHeap.accept(packet));
    if (strip !== undefined) continue;
    const serialized = timed(times.ser, () => serialize(root));
    timed(times.des, () => deserialize(serialized));
    timed(times.clone, () => structuredClone(root));
  }
  const row = (step: Row["step"], ms: number, v8: number): Row => ({
    workload: name,
    step,
    ms: Math.round(ms * 10) / 10,
    bytes,
    vs_v8: strip === undefined ? Math.round(ms / v8 * 100) / 100 : null,
    vs_structured_clone: strip === undefined && step === "both"
      ? Math.round(ms / median(times.clone) * 100) / 100
      : null,
  });
  const [out, into, ser, des] = [median(times.out), median(times.in), median(times.ser), median(times.des)];
  return [row("out", out, ser), row("in", into, des), row("both", out + into, ser + des)];
}

for (const workload of WORKLOADS) {
  for (const row of measure(workload)) {
    if (Deno.args.includes("--json")) console.log(JSON.stringify(row));
    else {
      console.log(
        `${row.workload.padEnd(36)} ${row.step.padEnd(5)} ${String(row.ms).padStart(8)} ms  ${
          String(row.bytes).padStart(9)
        } B  ${row.vs_v8 === null ? "" : `${row.vs_v8} × v8`}`,
      );
    }
  }
}
