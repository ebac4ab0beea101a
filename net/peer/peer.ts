/**
 * The node manager: one libp2p host, what it serves to other peers (sessions, pairing, link measurements) and what it
 * serves to this user's processes (the local socket).
 *
 * It owns: the home's lock, host, guests, sockets. `stop` ends them all, in that order reversed, within seconds whatever others do.
 * Nothing that another peer or a guest sends ends more than its own stream.
 */
import type { Connection, Stream } from "@libp2p/interface";
import { hostname } from "node:os";
import { join } from "node:path";
import { MAX_FRAME_BYTES } from "../../runtime/mod.ts";
import { type Channel, ControlChannel, streamChannel, within } from "../channel/mod.ts";
import { FileClient, FILES_PROTOCOL } from "../files/mod.ts";
import { Finder } from "../discovery/mod.ts";
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
import { answerLink, LINK_PROTOCOL } from "../link/mod.ts";
import {
  cleanName,
  type Limits,
  openTrustStore,
  PAIR_PROTOCOL,
  type Paired,
  type PairingOffer,
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
  STOP_STEP_MS,
} from "./constants.ts";
import { type Host, startHost } from "./host.ts";
import type { ToldInfo } from "./info_messages.ts";
import { answerInfo } from "./info_protocol.ts";
import { describeSelf } from "./self_description.ts";
import { defaultListen, portsOf } from "./listen_addresses.ts";
import { LinkMemory } from "./link_memory.ts";
import { Liveness } from "./liveness.ts";
import { localRequests } from "./local_requests.ts";
import { listenLocal, type LocalHandler, type LocalSocket, serveLocal } from "./local_server.ts";
import { MigrationLog } from "./migration_log.ts";
import type { Peer, PeerOptions, PeerRow, PeerStatus } from "./options.ts";
import { OwnSpeed } from "./own_speed.ts";
import { PairingService } from "./pairing_service.ts";
import { PeerBook } from "./peer_book.ts";
import { listPeers } from "./peer_list.ts";

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
  readonly speed: OwnSpeed;
}

class NodeManager implements Peer {
  readonly id: string;
  readonly name: string;
  readonly #parts: Parts;
  readonly #finder: Finder;
  readonly #book: PeerBook;
  readonly #device: DeviceService;
  readonly #pairing: PairingService;
  readonly #answers = new Map<string, LocalHandler["serve"]>();
  readonly #requests: LocalHandler;
  readonly #unitsPerMs: () => number;
  /** Only a peer that serves its home is one: it assumes to be alone there. */
  #clone: CloneService | undefined;
  readonly #sockets: LocalSocket[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #migrations = new MigrationLog(() => this.#changed());
  #page: string | undefined;
  readonly #cleanups: (() => Promise<void> | void)[] = [];
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
      newcomers: liveness.newcomers,
      mdns: options.mdns ?? true,
      ...(options.transports ? { transports: options.transports } : {}),
    });
    const name = cleanName(options.name ?? settings.name ?? hostname());
    const links = await LinkMemory.open(home);
    const speed = await OwnSpeed.open(home);
    const manager = new NodeManager({ home, options, name, host, trust, liveness, links, speed });
    if (serve) await manager.#serve();
    return manager;
  }

  private constructor(parts: Parts) {
    const { host, trust, liveness, options, links } = parts;
    this.#parts = parts;
    this.id = host.peerId.toString();
    this.name = parts.name;
    this.#unitsPerMs = options.machine?.unitsPerMs ?? (() => parts.speed.unitsPerMs());
    this.#book = new PeerBook({ probes: options.metered !== true });
    this.#finder = new Finder({
      host,
      trust,
      hints: (peer) => this.#book.addressesOf(peer),
      mdns: options.mdns ?? true,
      silentMs: (connection) => liveness.silentMs(connection),
      without: new Set(options.without ?? []),
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
      unitsPerMs: this.#unitsPerMs,
      changed: () => this.#changed(),
      ...(options.reviewMs !== undefined && { reviewMs: options.reviewMs }),
    });
    this.#pairing = new PairingService({
      host,
      finder: this.#finder,
      trust,
      ownName: this.name,
      ...(options.guesses && { guesses: options.guesses }),
    });
    this.#requests = localRequests(this, this.#device, this.#answers);
    if (!options.without?.includes("revoking")) trust.onRemoved((peer) => this.#forget(peer));
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
      unitsPerMs: this.#unitsPerMs,
    });
  }

  offerPairing(): PairingOffer {
    return this.#pairing.offer();
  }

  async joinPairing(code: string, address?: string): Promise<Paired> {
    return await this.#pairing.join(code, address);
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
    const stream = await connection.newStream(FILES_PROTOCOL).catch((cause) => {
      const state = cause.name === "TimeoutError" ? "the clone doesn't answer" : cause.message;
      throw new Error(`Cannot send files: ${state}`, { cause });
    });
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
    const socket = await listenLocal(path ?? join(folder!, "peer.sock"), this.#requests);
    this.#sockets.push(socket);
    return socket;
  }

  serveLocal(channel: Channel): void {
    serveLocal(new ControlChannel(channel), this.#requests);
  }

  answerLocal(op: string, serve: LocalHandler["serve"]): void {
    this.#answers.set(op, serve);
  }

  onStop(cleanup: () => Promise<void> | void): void {
    this.#cleanups.push(cleanup);
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<void> {
    const { host, liveness, links, speed } = this.#parts;
    this.#pairing.close();
    for (const socket of this.#sockets) socket.close();
    this.#device.close();
    liveness.close();
    const steps = [
      ["end its guests", () => this.#clone?.close()],
      // libp2p waits for every socket of its listener, also for those that nobody ever closes.
      ["close its connections", () => host.stop()],
      ["write what it knows of links", () => links.close()],
      ["write what it knows of its speed", () => speed.close()],
      ...this.#cleanups.map((cleanup) => ["clean up", cleanup] as const),
    ] as const;
    for (const [what, step] of steps) await this.#within(what, step);
  }

  /** A step of stopping: one that hangs or fails keeps no other from being taken. */
  async #within(what: string, step: () => Promise<void> | void): Promise<void> {
    const taken = (async () => await step())();
    taken.catch((error) => this.#parts.options.log?.(`could not ${what}: ${(error as Error).message}`));
    if (await within(STOP_STEP_MS, taken)) return;
    this.#parts.options.log?.(`could not ${what} within ${STOP_STEP_MS} ms`);
  }

  /** Takes other peers' streams and this user's processes. */
  async #serve(): Promise<void> {
    const { host, home, options, speed } = this.#parts;
    const limits = { maxInboundStreams: MAX_PROTOCOL_STREAMS };
    const clone = this.#clone = await this.#openClone();
    if (clone.maxGuests > 0) {
      await host.handle(SESSION_PROTOCOL, (stream, connection) => clone.serve(stream, connection), limits);
      clone.prepare();
      if (options.machine?.unitsPerMs === undefined) speed.prepare();
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
    await host.handle(PAIR_PROTOCOL, (stream, connection) => this.#pairing.serve(stream, connection), limits);
    await this.listenLocal(await prepareSocketPath(home));
    this.onStop(() => removeSocketPath(home));
    const ports = options.listen === undefined ? portsOf(this.addresses()) : {};
    await updateSettings(home, { ...ports, ...(options.name === undefined ? {} : { name: this.name }) });
  }

  #openClone(): Promise<CloneService> {
    const { home, name, trust, liveness, options } = this.#parts;
    return CloneService.open({
      peer: this.id,
      home,
      name,
      trust,
      liveness,
      migrations: this.#migrations,
      unitsPerMs: this.#unitsPerMs,
      changed: () => this.#changed(),
    }, options);
  }

  /** What a trusted peer is told of this one. */
  async #describe(peer: string): Promise<ToldInfo | undefined> {
    const { trust, name, options } = this.#parts;
    if (!trust.has(peer)) return undefined;
    return await describeSelf({
      peer,
      name,
      trust,
      clone: this.#clone!,
      options,
      unitsPerMs: this.#unitsPerMs(),
    });
  }

  #onLink(stream: Stream, connection: Connection): void {
    if (this.#parts.trust.has(connection.remotePeer.toString())) answerLink(streamChannel(stream));
    // In order: the session's stream says why, and the two are opened together.
    else stream.close().catch(() => {});
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
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
