/** A peer that is told to stop does so soon, whatever others do. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { multiaddr } from "@multiformats/multiaddr";
import { startPeer } from "../net/mod.ts";
import { SESSION_PROTOCOL } from "../net/peer/constants.ts";
import { bounded } from "./bounded.ts";
import { Scene } from "./net_fixtures.ts";

/** Its steps take two seconds each at most, and hardly any hangs. */
const STOP_MS = 20_000;

Deno.test("stop() goes on where a step hangs or fails, and tells so", async () => {
  await using scene = new Scene();
  const said: string[] = [];
  const home = await scene.home();
  const peer = await scene.peer({ home, log: (line) => said.push(line) });
  const done: string[] = [];
  peer.onStop(() => new Promise<void>(() => {}));
  peer.onStop(() => {
    throw new Error("it is broken");
  });
  peer.onStop(() => void done.push("last"));
  await bounded("stop()", STOP_MS, peer.stop());
  deepEqual(done, ["last"]);
  deepEqual(said.filter((line) => line.startsWith("could not")), [
    "could not clean up within 2000 ms",
    "could not clean up: it is broken",
  ]);
  await (await startPeer({ home, listen: [], mdns: false, maxGuests: 0 })).stop();
});

Deno.test("a peer ends at SIGTERM with its guests, though others hold connections and streams open", async () => {
  await using scene = new Scene();
  const [hostile, device] = [await scene.host(), await scene.peer({ serve: false })];
  const { child, address } = await scene.peerProcess(await scene.home(), [
    ...["--trust", hostile.peerId.toString(), "--trust", device.id],
  ]);
  const app = await scene.app(device, { clones: [address] });
  ok((await bounded("a session", 60_000, app.message()))?.ok, "no session");
  const guests = await childrenOf(child.pid);
  ok(guests.length > 0, "no guest");
  // Streams whose answers nobody reads, and which never end.
  const connection = await hostile.dial(multiaddr(address));
  for (let i = 0; i < 8; i++) await connection.newStream(SESSION_PROTOCOL);
  // Connections that never say who they are, and ones that are half closed.
  const port = Number(/\/tcp\/(\d+)/.exec(address)![1]);
  for (let i = 0; i < 8; i++) {
    const raw = await Deno.connect({ port });
    scene.onEnd(() => raw.close());
    if (i % 2 === 0) await raw.write(crypto.getRandomValues(new Uint8Array(1000)));
    if (i % 4 < 2) await raw.closeWrite().catch(() => {});
  }
  child.kill("SIGTERM");
  const { code } = await bounded("the peer's end", STOP_MS, child.status);
  equal(code, 0);
  await bounded("the guests' end", STOP_MS, gone(guests));
});

/** Processes that a process has started. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  return text.trim().split(" ").filter((id) => id !== "").map(Number);
}

async function gone(pids: readonly number[]): Promise<void> {
  const lives = (pid: number) => {
    try {
      return !Deno.readTextFileSync(`/proc/${pid}/stat`).includes(") Z ");
    } catch {
      return false;
    }
  };
  while (pids.some(lives)) await new Promise((resolve) => setTimeout(resolve, 20));
}
