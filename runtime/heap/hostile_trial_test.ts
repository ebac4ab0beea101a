/** Damaged packets, for the test and for `deno task fuzz:heap`: what a decoder must answer with PacketError or take. */
import { BuiltinChanges } from "../host/builtin_changes.ts";
import type { Fixture } from "./fixtures_test.ts";
import { graphOf, objectsOf } from "./graph_test.ts";
import { PacketError, referencedCode } from "./mod.ts";
import { pair } from "./pair_test.ts";

const LIMITS = { limits: { maxBufferBytes: 1 << 20 } };
const builtins = new BuiltinChanges();

/** A small deterministic generator. */
export function random(seed: number): (below: number) => number {
  return (below) => {
    seed = Math.imul(seed ^ seed >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    return (seed >>> 0) % below;
  };
}

function mutated(packet: Uint8Array, next: (below: number) => number): Uint8Array {
  let bytes = packet.slice();
  for (let edits = 1 + next(4); edits > 0; edits--) {
    const at = next(bytes.length);
    switch (next(5)) {
      case 0:
        bytes[at] = next(256);
        break;
      case 1:
        bytes[at]! ^= 1 << next(8);
        break;
      case 2:
        bytes = bytes.slice(0, at + 1);
        break;
      case 3:
        bytes.fill(255, at, at + 1 + next(8));
        break;
      case 4:
        bytes.copyWithin(at, next(bytes.length), next(bytes.length));
    }
  }
  return bytes;
}

/** Accepts; says whether that succeeded. @throws {Error} on anything but success or a PacketError */
export function tryAccept(accept: () => unknown, note: string): boolean {
  let accepted = true;
  try {
    accept();
  } catch (error) {
    if (!(error instanceof PacketError)) throw new Error(`${note} is no PacketError`, { cause: error });
    accepted = false;
  }
  const [changed] = builtins.objects();
  if (changed !== undefined) throw new Error(`${note} changed the built-in ${String(changed)}`);
  return accepted;
}

/** A damaged packet on its way out. */
export function damageOut(fixture: Fixture, seed: number): void {
  const { device, deviceHeap } = pair();
  const bytes = mutated(deviceHeap.capture([fixture.make(device)]).packet, random(seed));
  const note = `${fixture.name} ${seed}`;
  tryAccept(() => referencedCode(bytes), note);
  tryAccept(() => pair({ clone: LIMITS }).cloneHeap.accept(bytes), note);
}

/** A damaged packet on its way home; says whether it was refused: then the device's heap must be as it was. */
export function damageHome(fixture: Fixture, seed: number): boolean {
  const { device, clone, deviceHeap, cloneHeap } = pair({ device: LIMITS });
  const root = fixture.make(device);
  const objects = objectsOf([root], device);
  const before = graphOf([root], device, objects).join("\n");
  const [arrived] = cloneHeap.accept(deviceHeap.capture([root]).packet);
  const result = fixture.mutate?.(arrived, clone);
  const bytes = mutated(cloneHeap.capture([arrived, result]).packet, random(seed));
  const note = `${fixture.name} ${seed}`;
  if (tryAccept(() => deviceHeap.accept(bytes), note)) return false;
  const after = graphOf([root], device, objects).join("\n");
  if (after !== before) throw new Error(`${note} changed the heap:\n${before}\nis now\n${after}`);
  return true;
}
