import { FakeSide } from "./fake_side_test.ts";
import { SessionHeap, type SessionHeapOptions } from "./mod.ts";
import { Redefinitions } from "../host/redefinitions.ts";
import { PROGRAM } from "./program_test.ts";

type Extra = Omit<SessionHeapOptions, "side" | "values" | "code">;

const redefinitions = new Redefinitions();

/** A device and a clone in one isolate, with nothing in common but the program. */
export function pair(options: { readonly device?: Extra; readonly clone?: Extra } = {}) {
  // Only the device can tell layouts, only the clone what was redefined: what both write must be the same all the same.
  const device = new FakeSide(PROGRAM, true), clone = new FakeSide(PROGRAM);
  const values = { ...clone.values, takeRedefined: () => redefinitions.take() };
  return {
    device,
    clone,
    deviceHeap: new SessionHeap({ side: "device", values: device.values, code: device, ...options.device }),
    cloneHeap: new SessionHeap({ side: "clone", values, code: clone, ...options.clone }),
  };
}
