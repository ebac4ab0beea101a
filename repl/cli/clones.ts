import type { Peer } from "../../net/mod.ts";
import { openHome, socketPathOf } from "../../net/home/mod.ts";
import { LocalConnection, type OpenedLink } from "../../runtime/mod.ts";
import { later } from "./later.ts";

/** Where an app's sessions go: to a peer. */
export interface Clones {
  /** A connection for one session. @throws {Error} if the peer is gone. */
  open(): Promise<OpenedLink>;
  close(): Promise<void>;
}

/** The way to clones: the peer that runs already, or one inside this process. */
export async function waysToClones(options: ClonesOptions): Promise<Clones> {
  const socket = options.clones.includes("spawn") ? undefined : await runningPeer(options.home);
  return socket === undefined ? await openClones(options) : clonesOf(socket, options.clones);
}

/** Sessions go to a peer that runs already. */
function clonesOf(socket: string, clones: readonly string[]): Clones {
  return {
    open: async () => ({ link: await LocalConnection.open(socket), clones }),
    close: () => Promise.resolve(),
  };
}

interface ClonesOptions {
  readonly home: string;
  readonly clones: readonly string[];
  readonly denoPath: string;
}

/** The socket of the peer that serves this home, if one runs. Loads no network code. */
async function runningPeer(home: string): Promise<string | undefined> {
  try {
    const path = await socketPathOf(await openHome(home));
    (await Deno.connect({ transport: "unix", path })).close();
    return path;
  } catch {
    return undefined;
  }
}

/** A peer inside this process, for a home that no peer serves. `spawn` starts a clone on this machine as well. */
async function openClones(options: ClonesOptions): Promise<Clones> {
  const { spawnClone, startPeer } = await later<typeof import("../../net/mod.ts")>(
    "../../net/mod.ts",
    import.meta.url,
  );
  const spawn = options.clones.includes("spawn");
  const peer: Peer = await startPeer({ home: options.home, serve: false, mdns: !spawn });
  const { ownClones } = await later<typeof import("./own_clones.ts")>("./own_clones.ts", import.meta.url);
  const clone = spawn
    ? await spawnClone({
      device: peer.id,
      denoPath: options.denoPath,
      guestCache: `${options.home}/guest_cache`,
    })
    : undefined;
  const clones = options.clones.map((item) => item === "spawn" ? clone!.address : item);
  const { open } = ownClones(peer, clones);
  return {
    open,
    async close() {
      await clone?.close();
      await peer.stop();
    },
  };
}
