/**
 * Many devices at one clone at once, each with several apps whose sessions migrate something: `deno run -A
 * tests/many_devices.ts 16 8` runs sixteen with eight apps each.
 */
import type { Peer, PeerOptions } from "../net/mod.ts";
import { Scene } from "./net_fixtures.ts";

/** Sends the payload back as it is. */
const ECHO = 16;
const MIGRATIONS = 3;
const PACKET_BYTES = 200_000;

/** What became of one app. */
export interface AppRun {
  readonly device: number;
  /** Why it got no session; its methods run on the device then. */
  readonly refused?: string;
  /** Until it knew that, or until its last migration came back. */
  readonly ms: number;
}

/** Runs so many devices with so many apps each at one clone. */
export async function crowd(
  { devices, apps, ...options }: PeerOptions & { readonly devices: number; readonly apps: number },
): Promise<{ runs: AppRun[]; mostGuests: number; mostBytes: number }> {
  await using scene = new Scene();
  const all = await Promise.all(Array.from({ length: devices }, () => scene.peer({ serve: false })));
  const clone = await scene.peer({ ...options, trust: all.map(({ id }) => id) });
  const seen = watch(clone);
  const runs = await Promise.all(
    all.flatMap((device, index) =>
      Array.from({ length: apps }, () => runApp(scene, { device, clone, index }))
    ),
  );
  return { runs, ...seen() };
}

async function runApp(
  scene: Scene,
  { device, clone, index }: { device: Peer; clone: Peer; index: number },
): Promise<AppRun> {
  const start = performance.now();
  const result = (refused?: string): AppRun => ({
    device: index,
    ms: performance.now() - start,
    ...(refused && { refused }),
  });
  const app = await scene.app(device, { clones: clone.addresses() });
  const reply = await app.message();
  if (reply.ok !== true) return result(reply.error);
  for (let i = 0; i < MIGRATIONS; i++) {
    const sent = app.send(ECHO, new Uint8Array(PACKET_BYTES));
    const back = await app.sessionFrame();
    await sent;
    if (back?.payload.length !== PACKET_BYTES) return result("it was lost");
  }
  app.close();
  return result();
}

/** The most guests and memory at a time. */
function watch(clone: Peer): () => { mostGuests: number; mostBytes: number } {
  let [mostGuests, mostBytes] = [0, 0];
  const timer = setInterval(() => {
    const guests = clone.status().guests;
    const bytes = guests.reduce((sum, { pid }) => sum + residentBytes(pid), 0);
    [mostGuests, mostBytes] = [Math.max(mostGuests, guests.length), Math.max(mostBytes, bytes)];
  }, 100);
  return () => {
    clearInterval(timer);
    return { mostGuests, mostBytes };
  };
}

function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s*(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

if (import.meta.main) {
  const [devices = 16, apps = 8] = Deno.args.map(Number);
  const start = performance.now();
  const { runs, mostGuests, mostBytes } = await crowd({ devices, apps });
  const done = runs.filter(({ refused }) => refused === undefined);
  const byDevice = [...Map.groupBy(done, ({ device }) => device).values()].map((own) => own.length);
  console.log(JSON.stringify({
    seconds: (performance.now() - start) / 1000,
    completed: done.length,
    refused: [...Map.groupBy(runs, ({ refused }) => refused?.replace(/\d+/g, "N"))].map((
      [why, of],
    ) => [why, of.length]),
    fewestOfADevice: Math.min(...byDevice),
    slowestMs: Math.max(...done.map(({ ms }) => ms)),
    mostGuests,
    guestsMiB: Math.round(mostBytes / 2 ** 20),
    peersMiB: Math.round(Deno.memoryUsage().rss / 2 ** 20),
  }));
  Deno.exit(0);
}
