import { identify } from "@libp2p/identify";
import type { ConnectionGater, Libp2p, PrivateKey } from "@libp2p/interface";
import { type Ping, ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { createLibp2p, type Libp2pOptions } from "libp2p";
import { parseAddress, tolerantMdns } from "../discovery/mod.ts";
import {
  DIAL_TIMEOUT_MS,
  INBOUND_CONNECTIONS_PER_SECOND,
  MAX_CONNECTIONS,
  MAX_PENDING_CONNECTIONS,
  MAX_PROTOCOL_STREAMS,
  MAX_STREAM_WINDOW_BYTES,
} from "./constants.ts";
import { joinedNoise, thriftyYamux } from "./fewer_sends.ts";
import type { Newcomers } from "./newcomers.ts";
import { webSocketsOverWs } from "./websockets_client.ts";

/** The libp2p node of a peer. */
export type Host = Libp2p<{ ping: Ping }>;

/** How a host is made. */
export interface HostOptions {
  readonly key: PrivateKey;
  /** Multiaddrs to listen on; none for a peer that only dials. */
  readonly listen: readonly string[];
  readonly gater: ConnectionGater;
  /** Bounds connections before the gater sees them. */
  readonly newcomers?: Newcomers;
  /** Finds and tells peers on the local network. */
  readonly mdns: boolean;
  /** In place of tcp and websockets, for tests. */
  readonly transports?: Libp2pOptions["transports"];
}

/** Starts a libp2p host. @throws {RangeError} for what is no address; {Error} that says where it can't listen, and why. */
export async function startHost(options: HostOptions): Promise<Host> {
  for (const address of options.listen) parseAddress(address);
  try {
    return await create(options);
  } catch (cause) {
    const reason = (cause as Error).message;
    if (!/failed to be listened on/.test(reason)) throw cause;
    const refused = [...reason.matchAll(/^\s*(\/\S+): (.*)$/gm)].map(([, address, why]) =>
      `${address}: ${LISTEN_PROBLEMS.find(([code]) => why!.includes(code))?.[1] ?? why}`
    );
    throw new Error(`Cannot listen on ${refused.join("; ")}`, { cause });
  }
}

/** What the system says to a listener, in words. */
const LISTEN_PROBLEMS = [
  ["EADDRINUSE", "another program has this port; give another one, or 0 for any"],
  ["EADDRNOTAVAIL", "this machine has no such address"],
  ["EINVAL", "this machine has no such address"],
  ["EACCES", "only root may use this port; give one above 1023"],
] as const;

async function create({ key, listen, gater, newcomers, mdns, transports }: HostOptions): Promise<Host> {
  return await createLibp2p({
    privateKey: key,
    nodeInfo: { userAgent: "clonecloud" },
    addresses: { listen: [...listen] },
    transports: transports ?? [tcp(), webSocketsOverWs(newcomers)],
    connectionEncrypters: [joinedNoise()],
    streamMuxers: [thriftyYamux({
      maxEarlyStreams: MAX_PROTOCOL_STREAMS,
      streamOptions: { maxStreamWindowSize: MAX_STREAM_WINDOW_BYTES },
    })],
    connectionGater: gater,
    // See Liveness for what does its work.
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: INBOUND_CONNECTIONS_PER_SECOND,
      maxIncomingPendingConnections: MAX_PENDING_CONNECTIONS,
      dialTimeout: DIAL_TIMEOUT_MS,
      addressDialTimeout: DIAL_TIMEOUT_MS,
    },
    ...(mdns ? { peerDiscovery: [tolerantMdns()] } : {}),
    services: {
      identify: identify(),
      ping: ping({ maxInboundStreams: MAX_PROTOCOL_STREAMS }),
    },
  });
}
