import { identify } from "@libp2p/identify";
import type { ConnectionGater, Libp2p, PrivateKey } from "@libp2p/interface";
import { type Ping, ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { createLibp2p, type Libp2pOptions } from "libp2p";
import { tolerantMdns } from "../discovery/mod.ts";
import {
  DIAL_TIMEOUT_MS,
  INBOUND_CONNECTIONS_PER_SECOND,
  MAX_CONNECTIONS,
  MAX_PROTOCOL_STREAMS,
  MAX_STREAM_WINDOW_BYTES,
} from "./constants.ts";
import { joinedNoise, thriftyYamux } from "./fewer_sends.ts";
import { webSocketsOverWs } from "./websockets_client.ts";

/** The libp2p node of a peer. */
export type Host = Libp2p<{ ping: Ping }>;

/** How a host is made. */
export interface HostOptions {
  readonly key: PrivateKey;
  /** Multiaddrs to listen on; none for a peer that only dials. */
  readonly listen: readonly string[];
  readonly gater: ConnectionGater;
  /** Finds and tells peers on the local network. */
  readonly mdns: boolean;
  /** In place of tcp and websockets, for tests. */
  readonly transports?: Libp2pOptions["transports"];
}

/** Starts a libp2p host. @throws {Error} if it can't listen. */
export async function startHost({ key, listen, gater, mdns, transports }: HostOptions): Promise<Host> {
  return await createLibp2p({
    privateKey: key,
    nodeInfo: { userAgent: "clonecloud" },
    addresses: { listen: [...listen] },
    transports: transports ?? [tcp(), webSocketsOverWs()],
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
      maxIncomingPendingConnections: INBOUND_CONNECTIONS_PER_SECOND,
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
