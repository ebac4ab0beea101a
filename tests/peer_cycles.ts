/**
 * Two peers that pair, connect, run a guest, disconnect and forget each other, again and again: `deno task bench:cycles` says what
 * is left of a thousand times, or of as many as six minutes allow. They find each other by multicast too.
 */
import { getActiveResourcesInfo } from "node:process";
import type { Peer } from "../net/mod.ts";
import { Scene } from "./net_fixtures.ts";

/** What two peers hold. */
interface Held {
  /** Open descriptors of this process, which runs both. */
  readonly descriptors: number;
  /** Sockets, processes and timers that keep this process running. */
  readonly handles: number;
  /** In both homes. */
  readonly files: number;
  readonly guests: number;
  readonly apps: number;
  readonly trusted: number;
  readonly storeBytes: number;
  /** What V8 holds after collecting garbage, with buffers outside of its heap; garbage too unless it runs with `--expose-gc`. */
  readonly heapKiB: number;
  readonly rssMiB: number;
}

interface Peers {
  readonly device: Peer;
  readonly clone: Peer;
  readonly homes: readonly string[];
}

/** No further cycle begins after this. */
const LIMIT_MS = 330_000;

/** What was held after the first few cycles, and after all, how many there were, and how many of them were broken off. */
interface Outcome {
  readonly cycles: number;
  readonly failed: number;
  readonly seconds: number;
  readonly early: Held;
  readonly late: Held;
}

async function cycle(count: number, settle: number): Promise<Outcome> {
  await using scene = new Scene();
  const guesses = { aCode: 3, aMinute: Infinity };
  const homes = [await scene.home(), await scene.home()];
  const device = await scene.peer({ home: homes[0]!, serve: false, guesses, mdns: true });
  const clone = await scene.peer({ home: homes[1]!, name: "laptop", guesses, mdns: true });
  const peers = { device, clone, homes };
  const { path } = await device.listenLocal();
  let early: Held | undefined;
  let [cycles, failed] = [0, 0];
  const start = performance.now();
  for (let i = 0; i < count && (i < settle || performance.now() - start < LIMIT_MS); i++) {
    cycles++;
    try {
      await once(scene, { device, clone, path });
    } catch {
      // A machine that stood still lets things time out. That may leave nothing behind either.
      failed++;
      await clone.untrust(device.id);
      await device.untrust(clone.id);
    }
    if (cycles === settle) early = await settled(peers);
  }
  const seconds = Math.round((performance.now() - start) / 1000);
  let late = await settled(peers);
  // Sockets that were cut take their time on a busy machine, and libp2p's timers hold what is over for half a minute.
  const isMore = () => late.descriptors > early!.descriptors || late.heapKiB > 1.02 * early!.heapKiB;
  for (let i = 0; i < 20 && isMore(); i++) late = await settled(peers);
  return { cycles, failed, seconds, early: early!, late };
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
async function settled(peers: Peers): Promise<Held> {
  let least = await held(peers);
  for (let same = 0; same < 3; same++) {
    const now = await held(peers);
    if (now.heapKiB >= 0.99 * least.heapKiB) continue;
    least = now;
    same = 0;
  }
  return least;
}

/** After what ends by itself has ended: guests need a moment to die. */
async function held({ device, clone, homes }: Peers): Promise<Held> {
  for (let i = 0; i < 100; i++) {
    if (clone.status().guests.length + device.status().apps.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, external, rss } = Deno.memoryUsage();
  return {
    descriptors: [...Deno.readDirSync("/proc/self/fd")].length,
    handles: getActiveResourcesInfo().length,
    files: homes.reduce((sum, home) => sum + filesIn(home), 0),
    guests: clone.status().guests.length,
    apps: device.status().apps.length,
    trusted: clone.trust.list().length + device.trust.list().length,
    storeBytes: clone.status().storeBytes,
    heapKiB: Math.round((heapUsed + external) / 1024),
    rssMiB: Math.round(rss / 2 ** 20),
  };
}

function filesIn(folder: string): number {
  return [...Deno.readDirSync(folder)].reduce(
    (sum, { name, isDirectory }) => sum + (isDirectory ? filesIn(`${folder}/${name}`) : 1),
    0,
  );
}

if (import.meta.main) {
  // Until then much of what is new is compiled code.
  const [count = 1000, settle = 200] = Deno.args.map(Number);
  console.log(JSON.stringify(await cycle(count, settle)));
  Deno.exit(0);
}
