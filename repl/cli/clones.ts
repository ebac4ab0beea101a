import type { Peer } from "../../net/mod.ts";
import { openHome, socketPathOf } from "../../net/home/mod.ts";
import { later } from "./later.ts";

/** Where an app's sessions go: the local socket of a peer, and which clones to ask for. */
export interface Clones {
  readonly socket: string;
  readonly wanted: readonly string[];
  /** Serves an app's connection, whose first message was read, if the peer is in this process. */
  adopt?(connection: Deno.Conn, request: Record<string, unknown>): void;
  close(): Promise<void>;
}

export interface ClonesOptions {
  readonly home: string;
  readonly clones: readonly string[];
  readonly denoPath: string;
}

/** The socket of the peer that serves this home, if one runs. Loads no network code. */
export async function runningPeer(home: string): Promise<string | undefined> {
  try {
    const path = await socketPathOf(await openHome(home));
    (await Deno.connect({ transport: "unix", path })).close();
    return path;
  } catch {
    return undefined;
  }
}

/** Whether this device has ever been paired: if not, there is no clone to look for. */
export function isPaired(home: string): boolean {
  try {
    return Deno.readTextFileSync(`${home}/trust.json`).includes('"');
  } catch {
    return false;
  }
}

/** A peer inside this process, for a home that no peer serves. `spawn` starts a clone on this machine as well. */
export async function openClones(options: ClonesOptions): Promise<Clones> {
  const { spawnClone, startPeer } = await later<typeof import("../../net/mod.ts")>(
    "../../net/mod.ts",
    import.meta.url,
  );
  const spawn = options.clones.includes("spawn");
  const peer: Peer = await startPeer({ home: options.home, serve: false, mdns: !spawn });
  const local = await peer.listenLocal();
  const clone = spawn
    ? await spawnClone({
      device: peer.id,
      denoPath: options.denoPath,
      guestCache: `${options.home}/guest_cache`,
    })
    : undefined;
  const wanted = options.clones.map((item) => item === "spawn" ? clone!.address : item);
  return {
    socket: local.path,
    wanted,
    adopt: (connection, request) => local.adopt(connection, request),
    async close() {
      await clone?.close();
      await peer.stop();
    },
  };
}
