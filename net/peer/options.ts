import type { Libp2pOptions } from "libp2p";
import type { GuestCommand } from "../../runtime/mod.ts";
import type { Channel, ControlChannel, Message } from "../channel/mod.ts";
import type { FileClient } from "../files/mod.ts";
import type { LinkSpec } from "../link/mod.ts";
import type { Grants, Limits, PairingOffer, TrustStore } from "../trust/mod.ts";
import type { AppSession } from "./app_session.ts";
import type { LocalSocket } from "./local_server.ts";
import type { MigrationRow } from "./migration_log.ts";
import type { ServedSession } from "./session_handler.ts";

/** What protects a clone besides permissions and trust; SECURITY.md says against what. */
export type Defence =
  | "kernel-limits"
  | "private-cache"
  | "memory"
  | "disk"
  | "time"
  | "idle-cpu"
  | "turns"
  | "away"
  | "hang-up"
  | "own-guest"
  | "revoking"
  | "frame-kinds"
  | "own-stream"
  | "content-hash"
  | "shown-text"
  | "log-size"
  | "log-text"
  | "file-streams"
  | "told-addresses"
  | "seen-peers"
  | "plain-addresses"
  | "stranger-count"
  | "newcomers"
  | "watchdog"
  | "collecting"
  | "session-rate"
  | "return-size"
  | "frame-rate"
  | "stranger-limits";

/** What a machine is like now. */
export interface Machine {
  /** Its speed, as in `net/link`. */
  unitsPerMs(): number;
  /** Processes that want a core, averaged over a minute. */
  load(): number;
  power(): Promise<"mains" | "battery" | "unknown">;
  /** Where the system tells what powers it, as Linux does in `/sys/class/power_supply`. */
  readonly supplies: string;
}

/** How a peer is started. */
export interface PeerOptions {
  /** Folder of its key and memory; `defaultHome()` if left out. */
  readonly home?: string;
  /** What people call it; the host's name if left out and none is remembered. */
  readonly name?: string;
  /** Multiaddrs to listen on, exactly these; else tcp and websockets on all interfaces, on the ports of last time. */
  readonly listen?: readonly string[];
  /** Peer ids to trust from now on. */
  readonly trust?: readonly string[];
  /**
   * False for a process that only needs clones for itself (`run` without a running peer): nothing listens, no guest is
   * started, and the home may be served by another process. True if left out.
   */
  readonly serve?: boolean;
  /** The network costs by the byte: links are not probed, only learnt from what sessions send. */
  readonly metered?: boolean;
  /** Keep this machine awake while it serves sessions, on mains power; milliseconds after the last migration, or true for the usual ones. */
  readonly stayAwake?: boolean | number;
  /** Finds peers on the local network. True if left out. */
  readonly mdns?: boolean;
  /** Guests at once; 0 for a peer that is no clone. */
  readonly maxGuests?: number;
  /** A guest's heap limit, MiB. */
  readonly heapMiB?: number;
  /** Memory of all guests together, MiB; half of this machine's if left out. */
  readonly guestMemoryMiB?: number;
  /** Largest answer of a clone, bytes; a share of this machine's memory if left out. */
  readonly returnBytes?: number;
  /** Deno's own folder for guests (compiled modules of the runtime); in the home if left out. */
  readonly guestCache?: string;
  /** The Deno that runs guests; this process's own if left out. */
  readonly denoPath?: string;
  /** Lines about what happens; dropped if left out. */
  readonly log?: (line: string) => void;
  /** In place of the runtime's guest, for tests. */
  readonly guestCommand?: GuestCommand;
  /** In place of the usual limits on guessing codes, for tests that pair often. */
  readonly guesses?: { readonly aCode: number; readonly aMinute: number };
  /** Between looks whether another clone has become better, for tests. */
  readonly reviewMs?: number;
  /** What this machine is like, in place of measuring and asking the system, for tests. */
  readonly machine?: Partial<Machine>;
  /** Defences to leave out, for tests that show what each is for; no command sets it. */
  readonly without?: readonly Defence[];
  /** In place of tcp and websockets, for tests. */
  readonly transports?: Libp2pOptions["transports"];
}

/** What a peer does now. */
export interface PeerStatus {
  readonly peer: string;
  readonly name: string;
  readonly addresses: readonly string[];
  /** Guests that serve other devices. */
  readonly guests: readonly Omit<ServedSession, "end" | "gpu">[];
  readonly maxGuests: number;
  /** Sessions of this device's apps. */
  readonly apps: readonly AppSession[];
  /** The last migrations, latest first. */
  readonly migrations: readonly MigrationRow[];
  /** Bytes kept for other devices. */
  readonly storeBytes: number;
  /** Where its page is, for this user only: who has this address may look. */
  readonly page?: string;
}

/** One row of `peers`; what isn't known is left out. */
export interface PeerRow {
  readonly peer: string;
  readonly name: string;
  readonly trusted: boolean;
  readonly connected: boolean;
  readonly address?: string;
  /** How it is reached, in words. */
  readonly addressKind?: string;
  /** Round-trip time: the link's, or where that wasn't measured just now a ping's. */
  readonly rttMs?: number;
  /** The link from here to it and back, as last measured. */
  readonly upBytesPerSecond?: number;
  readonly downBytesPerSecond?: number;
  readonly linkAgeMs?: number;
  /** How far apart the last measures of it were. */
  readonly linkSpread?: LinkSpec;
  /** How many times as fast as this machine it computes. */
  readonly speed?: number;
  readonly cores?: number;
  readonly load?: number;
  readonly power?: "mains" | "battery" | "unknown";
  /** How full its battery is, 0 to 100, if it has one. */
  readonly batteryPercent?: number;
  readonly capabilities?: readonly string[];
  /** Sessions that it would still take. */
  readonly free?: number;
  readonly deno?: string;
  /** Bytes of this device's code and files that it keeps. */
  readonly storedBytes?: number;
  /** By how much its clock is ahead. */
  readonly clockAheadMs?: number;
  /** What it may use here. */
  readonly grants?: Grants;
  /** What this peer may use there. */
  readonly grantsThere?: Grants;
  /** Names of trusted peers that told of it. */
  readonly knownBy?: readonly string[];
  /** Why it can't be reached, or can't be a clone now. */
  readonly problem?: string;
}

/** A running peer. */
export interface Peer {
  /** Its peer id. */
  readonly id: string;
  readonly name: string;
  /** Where it listens: multiaddrs with its id. */
  addresses(): readonly string[];
  status(): PeerStatus;
  /** Calls back whenever what {@linkcode status} says has changed; until the returned function is called. */
  onChange(listener: () => void): () => void;
  /** Says where its page is, from now on; undefined if there is none any more. */
  showPage(url: string | undefined): void;
  /** Trusted peers, and untrusted ones seen on the local network; each is pinged. */
  peers(): Promise<PeerRow[]>;
  /** Shows a pairing code. */
  offerPairing(): PairingOffer;
  /** Types a pairing code, at an address or at whoever near by shows one. @throws {Error} that says why it failed. */
  joinPairing(code: string, address?: string): Promise<{ peer: string; name: string }>;
  /** What trusted peers may use. */
  readonly trust: Pick<TrustStore, "list" | "grants">;
  /** Changes what a trusted peer may use, at once; undefined: what others may. @throws {RangeError} */
  limit(peer: string, limits: Limits | undefined): Promise<void>;
  /** Opens a way to a clone's store, at this address or at a paired peer that is reached. The caller closes it. */
  openFiles(address?: string): Promise<{ client: FileClient; peer: string }>;
  /** Trusts a peer no more, ends its guests and wipes what it sent; false if it was not trusted. */
  untrust(peer: string): Promise<boolean>;
  /**
   * Offers the local protocol (sessions and commands) on one more Unix socket. A path in a private temporary folder if none
   * is given. Closed with the peer.
   */
  listenLocal(path?: string): Promise<LocalSocket>;
  /** Speaks the local protocol on one connection, with this process itself. */
  serveLocal(channel: Channel): void;
  /** Answers one more kind of first message of the local protocol, by its `op`; may reject: then the other side is told. */
  answerLocal(op: string, serve: (control: ControlChannel, message: Message) => Promise<void>): void;
  /** Has something done last when it stops; it isn't waited for long. */
  onStop(cleanup: () => Promise<void> | void): void;
  /** Ends all sessions, kills all guests, stops listening; within seconds, whatever others do. */
  stop(): Promise<void>;
}
