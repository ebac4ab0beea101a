import type { Connection, Libp2p } from "@libp2p/interface";
import type { Ping } from "@libp2p/ping";
import { peerIdFromString } from "@libp2p/peer-id";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { shownText } from "../../runtime/mod.ts";
import { timed } from "../channel/mod.ts";
import type { TrustedPeer, TrustStore } from "../trust/mod.ts";
import {
  CONNECT_TIMEOUT_MS,
  ELSEWHERE_MS,
  HEAD_START_MS,
  MAX_SAID_ADDRESSES,
  MAX_SEEN_PEERS,
  MDNS_WAIT_MS,
  STALE_MS,
  STALE_PING_MS,
} from "./constants.ts";
import { forgetStrangers } from "./known_strangers.ts";

/** What a {@linkcode Finder} works with. */
export interface FinderOptions {
  readonly host: Libp2p<{ ping: Ping }>;
  readonly trust: TrustStore;
  /** Whether mDNS runs: else nothing is waited for. */
  readonly mdns: boolean;
  /** Where others say that a peer is. */
  hints?(peer: string): readonly string[];
  /** Milliseconds since a connection's last byte. */
  silentMs(connection: Connection): number;
  /** Left out by tests only, to show what each is for. */
  readonly without?: ReadonlySet<string>;
}

/** Finds and connects to other peers: by given address, by remembered ones, or on the local network. */
export class Finder {
  readonly #options: FinderOptions;
  /** Addresses that mDNS told, by peer id, latest last. */
  readonly #seen = new Map<string, Multiaddr[]>();
  readonly #listeners = new Set<(peer: string) => void>();

  constructor(options: FinderOptions) {
    this.#options = options;
    const { trust } = options;
    if (!this.#leavesOut("seen-peers")) forgetStrangers(options.host, (peer) => trust.has(peer));
    options.host.addEventListener("peer:discovery", ({ detail }) => {
      this.#saw(detail.id.toString(), detail.multiaddrs);
    });
  }

  /** Peers that showed up on the local network, untrusted ones too. */
  seen(): readonly string[] {
    return [...this.#seen.keys()];
  }

  /**
   * Connects to an address. With a peer id in it the connection is to that peer or fails; without one, whoever answers
   * must be trusted, unless `anyone`. A trusted peer that doesn't answer there is looked for where else it may be: it, or this
   * device, may have gone to another network.
   *
   * @throws {Error} that says why not.
   */
  async connectTo(address: string, { anyone = false } = {}): Promise<Connection> {
    const target = parseAddress(address);
    const wrong = faultOf(target);
    if (wrong !== undefined) throw new RangeError(`Cannot use address "${address}": ${wrong}`);
    const connection = await this.#reach(target);
    const peer = connection.remotePeer.toString();
    if (!hasPeerId(target) && !anyone && !this.#options.trust.has(peer)) {
      throw new Error(
        `Cannot use ${address}: not paired with the peer that answers there; run \`pair\`, or add /p2p/${peer} to the address if that is its id`,
      );
    }
    await this.#options.trust.reachedAt(peer, addressOf(connection));
    return connection;
  }

  /**
   * Connects to a trusted peer: over a connection that is there, its remembered addresses, or the local network's.
   *
   * @throws {Error} that says why not.
   */
  async connectPeer(peer: TrustedPeer): Promise<Connection> {
    const open = await this.#openConnection(peer.peer);
    if (open !== undefined) return open;
    const most = this.#leavesOut("told-addresses") ? Infinity : MAX_SAID_ADDRESSES;
    const told = (this.#options.hints?.(peer.peer) ?? []).slice(0, most);
    const known = [
      ...[...peer.addresses, ...told].map(tryAddress),
      ...await this.#saidOf(peer.peer),
      ...this.#seen.get(peer.peer) ?? [],
    ];
    const found = this.#waitFor(peer.peer);
    try {
      const attempts = [this.#dial(peer, known.filter((a) => a !== undefined))];
      // The local network's answer is dialled as well: remembered addresses may be those of another place.
      if (found !== undefined) attempts.push(found.promise.then((addresses) => this.#dial(peer, addresses)));
      const connection = await Promise.any(attempts);
      await this.#options.trust.reachedAt(peer.peer, addressOf(connection));
      return connection;
    } catch (error) {
      const reasons = error instanceof AggregateError ? error.errors : [error];
      throw new Error(`Cannot reach ${peer.name} (${peer.peer}): ${reasons.map(reasonOf).join("; ")}`);
    } finally {
      found?.cancel();
    }
  }

  /** Connects to one of the trusted peers, whoever answers first; those in `except` are left out. @throws {Error} */
  async connectAny(except: ReadonlySet<string>): Promise<Connection> {
    const trusted = this.#options.trust.list();
    if (trusted.length === 0) {
      throw new Error("Cannot find a clone: this device is paired with none; run `pair` here and there once");
    }
    const left = trusted.filter(({ peer }) => !except.has(peer));
    if (left.length === 0) throw new Error("Cannot find a clone: no other paired peer is left");
    try {
      return await Promise.any(left.map((peer) => this.connectPeer(peer)));
    } catch (error) {
      throw new Error((error as AggregateError).errors.map((e) => (e as Error).message).join("; "));
    }
  }

  /** Connects to peers that showed up, or show up soon, on the local network; each once. */
  async *nearby(waitMs: number = MDNS_WAIT_MS): AsyncGenerator<Connection> {
    const tried = new Set<string>();
    const until = performance.now() + waitMs;
    while (true) {
      for (const peer of this.seen().filter((id) => !tried.has(id))) {
        tried.add(peer);
        try {
          yield await this.#dial({ peer, name: peer }, this.#seen.get(peer)!);
        } catch {
          // Somebody else's peer, or one that left.
        }
      }
      const left = until - performance.now();
      if (left <= 0) return;
      await this.#nextSeen(left);
    }
  }

  /** The trusted peer that an address names, or that was reached there. */
  #trustedAt(target: Multiaddr): TrustedPeer | undefined {
    const { trust } = this.#options;
    const named = peerIdIn(target);
    if (named !== undefined) return trust.get(named);
    return trust.list().find(({ addresses }) => addresses.some((known) => bare(known) === target.toString()));
  }

  /** Dials an address; where it fails or takes long, all that is known of the peer that should be there. */
  async #reach(target: Multiaddr): Promise<Connection> {
    const trusted = this.#trustedAt(target);
    const settled = new AbortController();
    const dialled = this.#dialTo(target, settled.signal);
    const { promise: isLate, resolve: late } = Promise.withResolvers<void>();
    const timer = setTimeout(late, ELSEWHERE_MS);
    dialled.catch(late);
    try {
      if (trusted === undefined) return await dialled;
      return await Promise.any([dialled, isLate.then(() => this.connectPeer(trusted))]);
    } catch (cause) {
      const [reason] = cause instanceof AggregateError ? cause.errors : [cause];
      const nor = trusted === undefined ? "" : `; and ${trusted.name} is found nowhere else`;
      throw new Error(`Cannot reach ${target}: ${reasonOf(reason)}${nor}`, { cause });
    } finally {
      clearTimeout(timer);
      settled.abort();
    }
  }

  async #dialTo(target: Multiaddr, signal: AbortSignal): Promise<Connection> {
    const named = peerIdIn(target);
    // Drops a connection that died unnoticed: dialling would give it back.
    if (named !== undefined) await this.#openConnection(named);
    return await timed(
      CONNECT_TIMEOUT_MS,
      (timeout) => this.#options.host.dial(target, { signal: AbortSignal.any([signal, timeout]) }),
    );
  }

  /** Where a peer itself said that it listens, when it was connected last. */
  async #saidOf(peer: string): Promise<Multiaddr[]> {
    const known = await this.#options.host.peerStore.get(peerIdFromString(peer)).catch(() => undefined);
    const said = known?.addresses.map(({ multiaddr }) => multiaddr) ?? [];
    return this.#plain(said).slice(0, MAX_SAID_ADDRESSES);
  }

  /** What anybody may have told: no names, which others would see looked up, and nothing that a terminal obeys. */
  #plain(addresses: readonly Multiaddr[]): readonly Multiaddr[] {
    return this.#leavesOut("plain-addresses") ? addresses : addresses.filter(isPlainAddress);
  }

  #leavesOut(defence: string): boolean {
    return this.#options.without?.has(defence) ?? false;
  }

  #saw(peer: string, addresses: readonly Multiaddr[]): void {
    this.#seen.delete(peer);
    this.#seen.set(peer, this.#plain(addresses).slice(0, MAX_SAID_ADDRESSES));
    if (this.#seen.size > MAX_SEEN_PEERS && !this.#leavesOut("seen-peers")) {
      this.#seen.delete(this.#seen.keys().next().value!);
    }
    for (const listener of this.#listeners) listener(peer);
  }

  async #openConnection(peer: string): Promise<Connection | undefined> {
    const id = peerIdFromString(peer);
    const open = this.#options.host.getConnections(id).filter(({ status }) => status === "open");
    const fresh = open.find((connection) => this.#options.silentMs(connection) < STALE_MS);
    if (fresh !== undefined || open.length === 0) return fresh;
    try {
      await timed(STALE_PING_MS, (signal) => this.#options.host.services.ping.ping(id, { signal }));
      return open[0];
    } catch (error) {
      for (const connection of open) connection.abort(error as Error);
      return undefined;
    }
  }

  /**
   * Dials all addresses at once, the slower kinds a little later. Without the peer id in them: libp2p would put dials of one peer
   * in a row, behind an address that doesn't answer. Whoever answers proves its id in the handshake, and it is compared here.
   */
  async #dial(
    { peer, name }: { peer: string; name: string },
    addresses: readonly Multiaddr[],
  ): Promise<Connection> {
    if (addresses.length === 0) throw new Error("no address is known");
    const settled = new AbortController();
    const { signal } = settled;
    const timer = setTimeout(() => settled.abort(), CONNECT_TIMEOUT_MS);
    const places = [...new Set(addresses.map((address) => bare(address.toString())))];
    try {
      return await Promise.any(places.map(async (address) => {
        if (/\/ws\b|^\/ip4\/127\./.test(address)) await pause(HEAD_START_MS, signal);
        const connection = await this.#options.host.dial(multiaddr(address), { signal });
        // Not closed: it may be a connection that somebody else is using.
        if (connection.remotePeer.toString() !== peer) throw new Error(`another peer answers at ${address}`);
        return connection;
      }));
    } catch (cause) {
      throw new Error(`${name} doesn't answer at ${places.slice(0, 3).join(", ")}`, { cause });
    } finally {
      clearTimeout(timer);
      settled.abort();
    }
  }

  /** The next sighting of a peer on the local network; undefined if there is nothing to wait for. */
  #waitFor(peer: string): { promise: Promise<Multiaddr[]>; cancel(): void } | undefined {
    if (!this.#options.mdns) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<Multiaddr[]>();
    promise.catch(() => {});
    const listener = (seen: string) => seen === peer && resolve(this.#seen.get(peer)!);
    this.#listeners.add(listener);
    const cancel = () => {
      clearTimeout(timer);
      this.#listeners.delete(listener);
      reject(new Error("it doesn't show up on the local network"));
    };
    const timer = setTimeout(cancel, MDNS_WAIT_MS);
    return { promise, cancel };
  }

  #nextSeen(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      this.#listeners.add(done);
    });
  }
}

/** A connection's address, with the peer's id. */
export function addressOf(connection: Connection): string {
  const text = connection.remoteAddr.toString();
  return text.includes("/p2p/") ? text : `${text}/p2p/${connection.remotePeer}`;
}

/** Whether an address is a number on a network, and may be shown. */
export function isPlainAddress(address: Multiaddr): boolean {
  return /^\/ip[46]\/[\x21-\x7e]+$/.test(address.toString());
}

/** Reads a multiaddr. @throws {RangeError} with an example. */
export function parseAddress(text: string): Multiaddr {
  const address = tryAddress(text);
  if (address === undefined) {
    throw new RangeError(
      `Cannot read address "${shownText(text)}": give a multiaddr, e.g. /ip4/192.168.1.5/tcp/4001/p2p/12D3…`,
    );
  }
  return address;
}

/** What of an address is missing, if a person left out a part. */
function faultOf(address: Multiaddr): string | undefined {
  const parts = address.getComponents();
  if (/^(ip|dns)/.test(parts[0]?.name ?? "") && !parts.some(({ name }) => name === "tcp" || name === "udp")) {
    return "it has no port; copy all of it (…/tcp/4001)";
  }
  const peer = peerIdIn(address);
  try {
    if (peer !== undefined) peerIdFromString(peer);
  } catch {
    return "its peer id, behind /p2p/, is not whole; copy all of it, or leave /p2p/ and what follows out";
  }
  return undefined;
}

/** An address without the peer that is there. */
function bare(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, "");
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

function tryAddress(text: string): Multiaddr | undefined {
  try {
    return /^[\x21-\x7e]+$/.test(text) ? multiaddr(text) : undefined;
  } catch {
    return undefined;
  }
}

function peerIdIn(address: Multiaddr): string | undefined {
  return address.getComponents().findLast(({ name }) => name === "p2p")?.value;
}

function hasPeerId(address: Multiaddr): boolean {
  return peerIdIn(address) !== undefined;
}

/** The innermost reason of a failed dial, in one line. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(reasonOf))].join("; ");
  }
  const { name, message } = error as Error;
  if (name === "TimeoutError" || name === "AbortError") return "no answer in time";
  if (message.includes("ECONNREFUSED")) {
    return "no peer listens there; start `peer` or `pair` on that machine";
  }
  if (/EPIPE|ECONNRESET/.test(message)) {
    return "whoever listens there hung up at once; is it a peer, and has it room now?";
  }
  if (/EHOSTUNREACH|ENETUNREACH/.test(message)) {
    return "this machine has no way there; is it in the same network?";
  }
  return message.split("\n")[0]!;
}
