/**
 * Capture and instantiate against what people use to copy heaps. Run with `deno task bench:capture [--json] [PART OF A NAME]`; medians
 * of several rounds, interleaved, all in one process. Baselines carry the same values with prototypes and functions
 * stripped. `out` is capture and encode, `in` decode and instantiate; `home` is what the clone does to send back a heap of
 * which one object changed, `again` what the device does to migrate that heap once more. `roundtrip` is a whole later migration
 * on both sides, of which a thousand objects come home changed: captured, accepted, captured at the clone, merged. `peak` is the
 * memory that `out` takes beyond what was there, in a process of its own (Linux only). The engine's flags are an app process's; a
 * guest has no such young generation, so `in` and `home` take somewhat longer there.
 */
import { deserialize, serialize } from "node:v8";
import { deserialize as serovalIn, serialize as serovalOut } from "seroval";
import { FakeSide } from "../runtime/heap/fake_side_test.ts";
import { SessionHeap } from "../runtime/heap/mod.ts";
import { PROGRAM } from "../runtime/heap/program_test.ts";
import { Redefinitions } from "../runtime/host/redefinitions.ts";
import { peakOf } from "./capture_peak.ts";
import { type Workload, WORKLOADS } from "./capture_workloads.ts";
import { msgpackr } from "./msgpackr/baseline.ts";

const ROUNDS = 5;
const CHANGED_OBJECTS = 1000;

interface Row {
  readonly workload: string;
  readonly step: "out" | "in" | "both" | "home" | "again" | "roundtrip" | "peak";
  /** Null for `peak`. */
  readonly ms: number | null;
  /** Of the packet that goes out first. */
  readonly bytes: number;
  /** Our time over `v8.serialize` (out, home, again), `deserialize` (in) or both; null where it can't carry the heap. */
  readonly vs_v8: number | null;
  readonly vs_structured_clone: number | null;
  readonly vs_msgpackr: number | null;
  readonly vs_seroval: number | null;
  /** What `again` and `roundtrip` take of what capturing it took. */
  readonly vs_out: number | null;
  /** Bytes, for `peak`, and what they are of the packet. */
  readonly peak_bytes: number | null;
  readonly vs_packet: number | null;
}

let changes = 0;
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
  change(arrived, 1, ++changes);
  const home = times.time("home", () => cloneHeap.capture([arrived]))!;
  deviceHeap.accept(home.packet);
  cloneHeap.acknowledged();
  const again = times.time("again", () => deviceHeap.capture([root]))!;
  times.time("rest of the round trip", () => {
    const [root] = cloneHeap.accept(again.packet);
    change(root, CHANGED_OBJECTS, ++changes);
    deviceHeap.accept(cloneHeap.capture([root]).packet);
  });
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
  const rows = (["out", "in", "both", "home", "again", "roundtrip"] as const).map((step) => {
    const steps = STEPS[step] ?? [step];
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
      vs_v8: step === "roundtrip" ? null : over("v8"),
      vs_structured_clone: step === "both" ? ratio(ms / times.median("clone")) : null,
      vs_msgpackr: step === "roundtrip" ? null : over("msgpackr"),
      vs_seroval: step === "roundtrip" ? null : over("seroval"),
      vs_out: step === "again" || step === "roundtrip" ? ratio(ms / times.median("out")) : null,
      ...NO_PEAK,
    };
  });
  return Deno.build.os === "linux" ? [...rows, peakRow(name)] : rows;
}

const STEPS: Partial<Record<Row["step"], readonly string[]>> = {
  both: ["out", "in"],
  roundtrip: ["again", "rest of the round trip"],
};
const NO_PEAK = { peak_bytes: null, vs_packet: null };
const NO_TIMES = {
  ms: null,
  vs_v8: null,
  vs_structured_clone: null,
  vs_msgpackr: null,
  vs_seroval: null,
  vs_out: null,
};

function peakRow(workload: string): Row {
  const { peakBytes, packetBytes } = peakOf(workload);
  return {
    ...{ workload, step: "peak", bytes: packetBytes, ...NO_TIMES },
    ...{ peak_bytes: peakBytes, vs_packet: ratio(peakBytes / packetBytes) },
  };
}

function measured({ ms, peak_bytes }: Row): string {
  return ms === null ? `${(peak_bytes! / 1e6).toFixed(1)} MB` : `${ms} ms`;
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
        ["packet", row.vs_packet],
      ] as const;
      const shown = against.map(([other, times]) => times === null ? "" : `${times} × ${other}`.padStart(16));
      console.log(
        `${row.workload.padEnd(38)} ${row.step.padEnd(9)} ${measured(row).padStart(11)}${shown.join("")}`,
      );
    }
  }
}
