/**
 * What memory capturing a workload takes at its peak beyond what was there, the packet itself included: asked of the operating
 * system by a process of its own. Only Linux tells.
 */
import { FakeSide } from "../runtime/heap/fake_side_test.ts";
import { SessionHeap } from "../runtime/heap/mod.ts";
import { PROGRAM } from "../runtime/heap/program_test.ts";
import { WORKLOADS } from "./capture_workloads.ts";

/** Of one capture. */
export interface Peak {
  readonly peakBytes: number;
  readonly packetBytes: number;
}

/** Starts the process; `workload` is a name. */
export function peakOf(workload: string): Peak {
  const flags = "--v8-flags=--allow-natives-syntax,--min-semi-space-size=16,--expose-gc";
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", flags, import.meta.filename!, workload],
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Of this process, from `/proc/self/status`. */
function statusBytes(name: "VmRSS" | "VmHWM"): number {
  const [, kib] = new RegExp(`${name}:\\s+(\\d+) kB`).exec(Deno.readTextFileSync("/proc/self/status"))!;
  return Number(kib) * 1024;
}

function measure(workload: string): Peak {
  const { gc } = globalThis as unknown as { gc(): void };
  const side = new FakeSide(PROGRAM, true);
  const root = WORKLOADS.find(({ name }) => name === workload)!.make(side);
  const heap = () => new SessionHeap({ side: "device", values: side.values, code: side });
  // Code that is loaded for the first time isn't the heap's.
  heap().capture([{ some: ["of", 1, 2.5, new Map([[1, {}]]), new Set(), new Uint8Array(9)] }]);
  gc();
  gc();
  // Makes the process's highest what it is now.
  Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  const before = statusBytes("VmRSS");
  const { bytes } = heap().capture([root]);
  return { peakBytes: statusBytes("VmHWM") - before, packetBytes: bytes };
}

if (import.meta.main) console.log(JSON.stringify(measure(Deno.args[0]!)));
