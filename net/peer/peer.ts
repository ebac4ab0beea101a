/**
 * The node manager: one libp2p host, what it serves to other peers (sessions, pairing, link measurements) and what it
 * serves to this user's processes (the local socket).
 *
 * It owns: the home's lock, host, guests, sockets. `stop` ends them all, in that order reversed. Nothing that another peer
 * or a guest sends ends more than its own stream.
 */
import type { Connection, Stream } from "@libp2p/interface";
import { hostname } from "node:os";
import { join } from "node:path";
import { MAX_FRAME_BYTES } from "../../runtime/mod.ts";
import { type Channel, ControlChannel, type Message, streamChannel } from "../channel/mod.ts";
import { FileClient, FILES_PROTOCOL } from "../files/mod.ts";
import { addressOf, Finder } from "../discovery/mod.ts";
import {
  type Home,
  loadKey,
  lockHome,
  openHome,
  prepareSocketPath,
  readSettings,
  removeSocketPath,
  updateSettings,
} from "../home/mod.ts";
import { answerLink, calibrate, LINK_PROTOCOL } from "../link/mod.ts";
import {
  cleanName,
  type Limits,
  openTrustStore,
  PAIR_PROTOCOL,
  PairingDesk,
  PairingError,
  type TrustStore,
} from "../trust/mod.ts";
import { CloneService } from "./clone_service.ts";
import { DeviceService } from "./device_service.ts";
import {
  INFO_PROTOCOL,
  MAX_PROTOCOL_STREAMS,
  RETURN_LEAST_BYTES,
  RETURN_MEMORY_SHARE,
  SESSION_PROTOCOL,
} from "./constants.ts";
import { type Host, startHost } from "./host.ts";
import type { PeerInfo } from "./info_messages.ts";
import { answerInfo } from "./info_protocol.ts";
import { describeSelf } from "./self_description.ts";
import { defaultListen, portsOf } from "./listen_addresses.ts";
import { LinkMemory } from "./link_memory.ts";
import { Liveness } from "./liveness.ts";
import { listenLocal, type LocalSocket, serveLocal } from "./local_server.ts";
import { MigrationLog } from "./migration_log.ts";
import type { Peer, PeerOptions, PeerRow, PeerStatus } from "./options.ts";
import { PeerBook } from "./peer_book.ts";
import { listPeers } from "./peer_list.ts";

/** How long a measured speed holds: a device throttles within minutes. */
const SPEED_AGE_MS = 60_000;
/** One that is older isn't used at all. */
const LONGEST_SPEED_AGE_MS = 600_000;
/** Before it is measured again: sessions open meanwhile. */
const SPEED_PAUSE_MS = 3_000;

/** Starts a peer. @throws {HomeBusyError} if the home is served already; {Error} if it can't listen. */
export async function startPeer(options: PeerOptions = {}): Promise<Peer> {
  const home = await openHome(options.home);
  const serve = options.serve ?? true;
  const lock = serve ? await lockHome(home) : undefined;
  try {
    const peer = await NodeManager.start(home, options);
    peer.onStop(() => lock?.release());
    return peer;
  } catch (error) {
    lock?.release();
    throw error;
  }
}

interface Parts {
  readonly home: Home;
  readonly options: PeerOptions;
  readonly name: string;
  readonly host: Host;
  readonly trust: TrustStore;
  readonly liveness: Liveness;
  readonly links: LinkMemory;
}

class NodeManager implements Peer {
  readonly id: string;
  readonly name: string;
  readonly #parts: Parts;
  readonly #finder: Finder;
  readonly #book: PeerBook;
  readonly #device: DeviceService;
  readonly #desk: PairingDesk;
  /** Only a peer that serves its home is one: it assumes to be alone there. */
  #clone: CloneService | undefined;
  readonly #sockets: LocalSocket[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #migrations = new MigrationLog(() => this.#changed());
  #page: string | undefined;
  readonly #cleanups: (() => Promise<void> | void)[] = [];
  #speed: { unitsPerMs: number; at: number } | undefined;
  #calibrates = false;
  #stopped: Promise<void> | undefined;

  static async start(home: Home, options: PeerOptions): Promise<NodeManager> {
    const settings = await readSettings(home);
    const trust = await openTrustStore(home);
    for (const peer of options.trust ?? []) {
      if (!trust.has(peer)) await trust.add({ peer, name: "unnamed" });
    }
    const serve = options.serve ?? true;
    const liveness = new Liveness((peer) => trust.has(peer), new Set(options.without ?? []));
    const host = await startHost({
      key: await loadKey(home),
      listen: serve ? options.listen ?? await defaultListen(settings) : [],
      gater: liveness.gater(),
      mdns: options.mdns ?? true,
      ...(options.transports ? { transports: options.transports } : {}),
    });
    const name = cleanName(options.name ?? settings.name ?? hostname());
    const links = await LinkMemory.open(home);
    const manager = new NodeManager({ home, options, name, host, trust, liveness, links });
    if (serve) await manager.#serve();
    return manager;
  }

  private constructor(parts: Parts) {
    const { host, trust, liveness, options, links } = parts;
    this.#parts = parts;
    this.id = host.peerId.toString();
    this.name = parts.name;
    this.#book = new PeerBook({ probes: options.metered !== true });
    this.#finder = new Finder({
      host,
      trust,
      hints: (peer) => this.#book.addressesOf(peer),
      mdns: options.mdns ?? true,
      silentMs: (connection) => liveness.silentMs(connection),
    });
    this.#device = new DeviceService({
      finder: this.#finder,
      trust,
      book: this.#book,
      liveness,
      links,
      migrations: this.#migrations,
      gate: {
        returnBytes: options.returnBytes ?? defaultReturnBytes(),
        without: new Set(options.without ?? []),
      },
      unitsPerMs: () => this.#measureSpeed(),
      changed: () => this.#changed(),
      ...(options.reviewMs !== undefined && { reviewMs: options.reviewMs }),
    });
    this.#desk = new PairingDesk({
      trust,
      ownPeer: this.id,
      ownName: this.name,
      ...(options.guesses && { guesses: options.guesses }),
    });
    trust.onRemoved((peer) => this.#forget(peer));
  }

  addresses(): readonly string[] {
    return this.#parts.host.getMultiaddrs().map(String);
  }

  status(): PeerStatus {
    return {
      peer: this.id,
      name: this.name,
      addresses: this.addresses(),
      guests: [...this.#clone?.sessions ?? []].map(({ device, app, pid }) => ({ device, app, pid })),
      maxGuests: this.#clone?.maxGuests ?? 0,
      apps: this.#device.apps,
      migrations: this.#migrations.list(),
      ...(this.#page !== undefined && { page: this.#page }),
      storeBytes: this.#clone?.storeBytes ?? 0,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  showPage(url: string | undefined): void {
    this.#page = url;
  }

  async peers(): Promise<PeerRow[]> {
    const { host, trust } = this.#parts;
    return await listPeers({
      host,
      trust,
      finder: this.#finder,
      book: this.#book,
      unitsPerMs: () => this.#measureSpeed(),
    });
  }

  offerPairing(): ReturnType<PairingDesk["offer"]> {
    return this.#desk.offer();
  }

  async joinPairing(code: string, address?: string): Promise<{ peer: string; name: string }> {
    if (address !== undefined) {
      const connection = await this.#finder.connectTo(address, { anyone: true });
      const open = await this.#streamTo(connection) ??
        await this.#streamTo(await this.#finder.connectTo(address, { anyone: true }));
      if (open === undefined) throw new Error(`Cannot pair: the peer at ${address} closes the connection`);
      return await this.#pairOver(open.connection, open.stream, code);
    }
    for await (const connection of this.#finder.nearby()) {
      try {
        return await this.#pairOver(connection, await connection.newStream(PAIR_PROTOCOL), code);
      } catch (error) {
        if (!(error instanceof PairingError) || error.code !== "no-code") throw error;
      }
    }
    throw new Error(
      "Cannot pair: nobody near by shows a code; run `pair` on the other machine, or give its address: pair CODE ADDR",
    );
  }

  get trust(): TrustStore {
    return this.#parts.trust;
  }

  async limit(peer: string, limits: Limits | undefined): Promise<void> {
    await this.#parts.trust.limit(peer, limits);
    await this.#clone?.regrant(peer);
  }

  async openFiles(address?: string): Promise<{ client: FileClient; peer: string }> {
    const connection = address === undefined
      ? await this.#finder.connectAny(new Set())
      : await this.#finder.connectTo(address);
    const stream = await connection.newStream(FILES_PROTOCOL);
    return { client: new FileClient(streamChannel(stream)), peer: connection.remotePeer.toString() };
  }

  async untrust(peer: string): Promise<boolean> {
    return await this.#parts.trust.remove(peer);
  }

  async listenLocal(path?: string): Promise<LocalSocket> {
    let folder: string | undefined;
    if (path === undefined) {
      folder = await Deno.makeTempDir({ prefix: "cc-" });
      this.#cleanups.push(() => Deno.remove(folder!, { recursive: true }).catch(() => {}));
    }
    const socket = await listenLocal(path ?? join(folder!, "peer.sock"), {
      serve: (control, message) => this.#serveLocal(control, message),
    });
    this.#sockets.push(socket);
    return socket;
  }

  serveLocal(channel: Channel): void {
    serveLocal(new ControlChannel(channel), {
      serve: (control, message) => this.#serveLocal(control, message),
    });
  }

  onStop(cleanup: () => Promise<void> | void): void {
    this.#cleanups.push(cleanup);
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<void> {
    const { host, liveness } = this.#parts;
    this.#desk.close();
    for (const socket of this.#sockets) socket.close();
    this.#device.close();
    await this.#clone?.close();
    liveness.close();
    await host.stop();
    await this.#parts.links.close();
    for (const cleanup of this.#cleanups) await cleanup();
  }

  /** Takes other peers' streams and this user's processes. */
  async #serve(): Promise<void> {
    const { host, home, options } = this.#parts;
    const limits = { maxInboundStreams: MAX_PROTOCOL_STREAMS };
    const clone = this.#clone = await this.#openClone();
    if (clone.maxGuests > 0) {
      await host.handle(SESSION_PROTOCOL, (stream, connection) => clone.serve(stream, connection), limits);
      clone.prepare();
    }
    await host.handle(LINK_PROTOCOL, (stream, connection) => this.#onLink(stream, connection), limits);
    await host.handle(
      INFO_PROTOCOL,
      (stream, { remotePeer }) => answerInfo(stream, () => this.#describe(remotePeer.toString())),
      limits,
    );
    await host.handle(
      FILES_PROTOCOL,
      (stream, { remotePeer }) => clone.serveFiles(stream, remotePeer.toString()),
      limits,
    );
    await host.handle(PAIR_PROTOCOL, (stream, connection) => this.#onPair(stream, connection), limits);
    await this.listenLocal(await prepareSocketPath(home));
    this.onStop(() => removeSocketPath(home));
    const ports = options.listen === undefined ? portsOf(this.addresses()) : {};
    await updateSettings(home, { ...ports, ...(options.name === undefined ? {} : { name: this.name }) });
  }

  #openClone(): Promise<CloneService> {
    const { home, name, trust, liveness, options } = this.#parts;
    return CloneService.open({
      home,
      name,
      trust,
      liveness,
      migrations: this.#migrations,
      unitsPerMs: () => this.#measureSpeed(),
      changed: () => this.#changed(),
    }, options);
  }

  /** What a trusted peer is told of this one. */
  async #describe(peer: string): Promise<PeerInfo | undefined> {
    const { trust, name, options } = this.#parts;
    if (!trust.has(peer)) return undefined;
    return await describeSelf({
      peer,
      name,
      trust,
      clone: this.#clone!,
      options,
      unitsPerMs: this.#measureSpeed(),
    });
  }

  #onLink(stream: Stream, connection: Connection): void {
    if (this.#parts.trust.has(connection.remotePeer.toString())) answerLink(streamChannel(stream));
    // In order: the session's stream says why, and the two are opened together.
    else stream.close().catch(() => {});
  }

  async #onPair(stream: Stream, connection: Connection): Promise<void> {
    const peer = connection.remotePeer.toString();
    await this.#desk.respond(new ControlChannel(streamChannel(stream)), peer);
    if (!this.#parts.trust.has(peer)) return;
    // Where it listens, as it told: so that this side can dial as well.
    const known = await this.#parts.host.peerStore.get(connection.remotePeer).catch(() => undefined);
    const addresses = known?.addresses.map(({ multiaddr }) => multiaddr.toString()) ?? [];
    for (const address of addresses.slice(0, 8)) await this.#parts.trust.reachedAt(peer, address);
  }

  /** Undefined if the connection has just been closed: a peer that forgets another one does that. */
  async #streamTo(connection: Connection): Promise<{ connection: Connection; stream: Stream } | undefined> {
    try {
      return { connection, stream: await connection.newStream(PAIR_PROTOCOL) };
    } catch (error) {
      if (connection.status === "open") throw error;
      return undefined;
    }
  }

  async #pairOver(
    connection: Connection,
    stream: Stream,
    code: string,
  ): Promise<{ peer: string; name: string }> {
    const control = new ControlChannel(streamChannel(stream));
    try {
      return await this.#desk.join(control, {
        peer: connection.remotePeer.toString(),
        code,
        address: addressOf(connection),
      });
    } catch (error) {
      control.channel.abort(error as Error);
      throw error;
    }
  }

  async #serveLocal(control: ControlChannel, message: Message): Promise<void> {
    switch (message.op) {
      case "session":
        return await this.#device.serve(control, message);
      case "status":
        return void control.send({ ok: true, ...this.status() });
      case "peers":
        return void control.send({ ok: true, peers: await this.peers() });
      case "offer":
        return await this.#serveOffer(control);
      case "join": {
        const address = typeof message.address === "string" ? message.address : undefined;
        return void control.send({ ok: true, ...await this.joinPairing(String(message.code), address) });
      }
      case "trust-list":
        return void control.send({ ok: true, peers: this.#parts.trust.list() });
      case "trust-limit": {
        const limits = message.limits === null ? undefined : message.limits as Limits;
        await this.limit(String(message.peer), limits);
        return void control.send({ ok: true });
      }
      case "trust-remove":
        return void control.send({ ok: true, removed: await this.untrust(String(message.peer)) });
      default:
        throw new Error(`Cannot serve request: no operation "${String(message.op).slice(0, 40)}"`);
    }
  }

  /** Shows a code for as long as the asking process stays connected. */
  async #serveOffer(control: ControlChannel): Promise<void> {
    const offer = this.#desk.offer();
    control.handOver({ data: () => {}, end: () => offer.cancel() });
    control.send({ ok: true, code: offer.code, expiresAt: offer.expiresAt, addresses: this.addresses() });
    try {
      control.send({ ok: true, ...await offer.done });
    } catch (error) {
      control.send({ ok: false, error: (error as Error).message });
    }
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #measureSpeed(): number {
    const { machine } = this.#parts.options;
    if (machine?.unitsPerMs !== undefined) return machine.unitsPerMs();
    const now = Date.now();
    const ageMs = now - (this.#speed?.at ?? -Infinity);
    if (this.#speed === undefined || ageMs > LONGEST_SPEED_AGE_MS) this.#calibrate();
    else if (ageMs > SPEED_AGE_MS && !this.#calibrates) {
      // Who asks has something to do first, and a weak device takes a quarter of a second.
      this.#calibrates = true;
      Deno.unrefTimer(setTimeout(() => this.#calibrate(), SPEED_PAUSE_MS));
    }
    return this.#speed!.unitsPerMs;
  }

  #calibrate(): void {
    this.#calibrates = false;
    this.#speed = { unitsPerMs: calibrate(), at: Date.now() };
  }

  async #forget(peer: string): Promise<void> {
    this.#book.forget(peer);
    this.#parts.links.forget(peer);
    await this.#clone?.forget(peer);
    for (const connection of this.#parts.host.getConnections()) {
      if (connection.remotePeer.toString() === peer) connection.abort(new Error("not trusted any more"));
    }
  }
}

/** How large an answer of a clone this machine can hold. */
function defaultReturnBytes(): number {
  const share = Math.floor(Deno.systemMemoryInfo().total * RETURN_MEMORY_SHARE);
  return Math.min(MAX_FRAME_BYTES, Math.max(RETURN_LEAST_BYTES, share));
}
