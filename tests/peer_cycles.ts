/**
 * Two peers that pair, connect, run a guest, disconnect and forget each other, again and again: `deno run -A
 * --v8-flags=--expose-gc tests/peer_cycles.ts 1000` says what is left of it.
 */
import type { Peer } from "../net/mod.ts";
import { Scene } from "./net_fixtures.ts";

/** What two peers hold. */
interface Held {
  /** Open descriptors of this process, which runs both. */
  readonly descriptors: number;
  readonly guests: number;
  readonly apps: number;
  readonly trusted: number;
  readonly storeBytes: number;
  /** What V8 holds after collecting garbage, with buffers outside of its heap; garbage too unless it runs with `--expose-gc`. */
  readonly heapKiB: number;
  readonly rssMiB: number;
}

/** Runs so many cycles; what was held after the first few, and after all, and how many were broken off. */
async function cycle(count: number, settle: number): Promise<{ early: Held; late: Held; failed: number }> {
  await using scene = new Scene();
  const guesses = { aCode: 3, aMinute: Infinity };
  const device = await scene.peer({ serve: false, guesses });
  const clone = await scene.peer({ name: "laptop", guesses });
  const { path } = await device.listenLocal();
  let early: Held | undefined;
  let failed = 0;
  for (let i = 0; i < count; i++) {
    try {
      await once(scene, { device, clone, path });
    } catch {
      // A machine that stood still lets things time out. That may leave nothing behind either.
      failed++;
      await clone.untrust(device.id);
      await device.untrust(clone.id);
    }
    if (i + 1 === settle) early = await settled(device, clone);
  }
  let late = await settled(device, clone);
  // Sockets that were cut take their time on a busy machine, and libp2p's timers hold what is over for half a minute.
  const isMore = () => late.descriptors > early!.descriptors || late.heapKiB > 1.02 * early!.heapKiB;
  for (let i = 0; i < 20 && isMore(); i++) late = await settled(device, clone);
  return { early: early!, late, failed };
}

async function once(
  scene: Scene,
  { device, clone, path }: { device: Peer; clone: Peer; path: string },
): Promise<void> {
  const offer = clone.offerPairing();
  await device.joinPairing(offer.code, clone.addresses()[0]);
  const app = await scene.appAt(path, { clones: clone.addresses() });
  const reply = await app.message();
  if (reply.ok !== true) throw new Error(reply.error);
  await app.send(16, new Uint8Array(1000));
  await app.sessionFrame();
  app.close();
  await clone.untrust(device.id);
  await device.untrust(clone.id);
}

/** What is held once it gets no less. */
async function settled(device: Peer, clone: Peer): Promise<Held> {
  let least = await held(device, clone);
  for (let same = 0; same < 3; same++) {
    const now = await held(device, clone);
    if (now.heapKiB >= 0.99 * least.heapKiB) continue;
    least = now;
    same = 0;
  }
  return least;
}

/** After what ends by itself has ended: guests need a moment to die. */
async function held(device: Peer, clone: Peer): Promise<Held> {
  for (let i = 0; i < 100; i++) {
    if (clone.status().guests.length + device.status().apps.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external, rss } = Deno.memoryUsage();
  return {
    descriptors: [...Deno.readDirSync("/proc/self/fd")].length,
    guests: clone.status().guests.length,
    apps: device.status().apps.length,
    trusted: clone.trust.list().length + device.trust.list().length,
    storeBytes: clone.status().storeBytes,
    heapKiB: Math.round((heapUsed + external) / 1024),
    rssMiB: Math.round(rss / 2 ** 20),
  };
}

if (import.meta.main) {
  const [count = 1000, settle = 20] = Deno.args.map(Number);
  console.log(JSON.stringify(await cycle(count, settle)));
  Deno.exit(0);
}
