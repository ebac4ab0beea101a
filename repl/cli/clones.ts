import type { Peer } from "../../net/mod.ts";
import { UsageError } from "./command.ts";

/** Where an app's sessions go: the local socket of a peer, and which clones to ask for. */
export interface Clones {
  readonly socket: string;
  readonly wanted: readonly string[];
  close(): Promise<void>;
}

/**
 * Finds the peer that carries an app's sessions: the one that serves this home, else one inside this process. `spawn`
 * starts a clone on this machine and ends it with the app.
 */
export async function openClones(
  options: { home?: string; clones: readonly string[]; denoPath: string },
): Promise<Clones> {
  const { connectLocal, openHome, socketPathOf, startPeer } = await import("../../net/mod.ts");
  const home = await openHome(options.home);
  const spawn = options.clones.includes("spawn");
  const running = spawn ? undefined : await connectLocal(home);
  if (running !== undefined) {
    running.close();
    return { socket: await socketPathOf(home), wanted: options.clones, close: () => Promise.resolve() };
  }
  const peer: Peer = await startPeer({
    ...(options.home !== undefined && { home: options.home }),
    serve: false,
    mdns: !spawn,
  });
  const local = await peer.listenLocal();
  const clone = spawn ? await spawnClone(peer.id, options.denoPath) : undefined;
  const wanted = options.clones.flatMap((item) => item === "spawn" ? clone!.addresses : [item]);
  return {
    socket: local.path,
    wanted,
    async close() {
      await clone?.close();
      await peer.stop();
    },
  };
}

interface SpawnedClone {
  readonly addresses: readonly string[];
  close(): Promise<void>;
}

/** A clone peer of its own process and home, which trusts only this app's device. */
async function spawnClone(device: string, denoPath: string): Promise<SpawnedClone> {
  const home = Deno.makeTempDirSync({ prefix: "clonecloud-clone-" });
  const main = new URL("../../mod.ts", import.meta.url).href;
  const child = new Deno.Command(denoPath, {
    args: [
      "run",
      "-A",
      "--quiet",
      main,
      "peer",
      "--home",
      home,
      "--listen",
      "/ip4/127.0.0.1/tcp/0",
      "--trust",
      device,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new UsageError("the spawned clone did not start");
    text += value;
  }
  return {
    addresses: text.trim().split("\n"),
    async close() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended.
      }
      await child.status;
      await reader.cancel();
      Deno.removeSync(home, { recursive: true });
    },
  };
}
