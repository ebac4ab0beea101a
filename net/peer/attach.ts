import { type Home, openHome, socketPathOf } from "../home/mod.ts";
import { connectLocal } from "./local_client.ts";
import type { PeerOptions } from "./options.ts";

/** A peer that serves this device's apps. */
export interface AttachedPeer {
  /** The Unix socket on which an app asks for a session. */
  readonly socketPath: string;
  /** True if the peer lives in this process, false if it is the one that runs for this home. */
  readonly hosted: boolean;
  /** Ends a hosted peer and its sessions; leaves a running one alone. */
  close(): Promise<void>;
}

/**
 * The peer for this device's apps: the one that runs for the home, else one that this process hosts until it is closed.
 *
 * A hosted one only dials: it neither listens nor starts guests, and doesn't keep a `peer` from being started meanwhile.
 *
 * @throws {Error} if the home can't be used.
 */
export async function attachPeer(
  options: Pick<PeerOptions, "home" | "mdns" | "log"> = {},
): Promise<AttachedPeer> {
  const home = await openHome(options.home);
  return await attachRunning(home) ?? await host(home, options);
}

async function attachRunning(home: Home): Promise<AttachedPeer | undefined> {
  const client = await connectLocal(home);
  if (client === undefined) return undefined;
  client.close();
  return { socketPath: await socketPathOf(home), hosted: false, close: () => Promise.resolve() };
}

async function host(home: Home, options: Pick<PeerOptions, "mdns" | "log">): Promise<AttachedPeer> {
  const { startPeer } = await import("./peer.ts");
  const peer = await startPeer({ ...options, home: home.folder, serve: false });
  const { path } = await peer.listenLocal();
  return { socketPath: path, hosted: true, close: () => peer.stop() };
}
