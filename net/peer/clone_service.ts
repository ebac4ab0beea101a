/**
 * What a peer does as a clone: admits sessions of trusted devices, gives each a guest, keeps guests within their grants, and keeps
 * what devices send. It owns guests and content store; `close` ends them all.
 */
import type { Connection, Stream } from "@libp2p/interface";
import { availableParallelism } from "node:os";
import { guestCommand } from "../../runtime/mod.ts";
import { streamChannel } from "../channel/mod.ts";
import { type ContentStore, MAX_FILE_STREAMS, openContentStore, serveFiles } from "../files/mod.ts";
import type { Home } from "../home/mod.ts";
import { powerSupply } from "../link/mod.ts";
import { closedNow, grantsOf, type TrustStore } from "../trust/mod.ts";
import { Admission } from "./admission.ts";
import { Collecting } from "./collecting.ts";
import {
  DEFAULT_HEAP_MIB,
  DEFAULT_MAX_GUESTS,
  DEVICE_SILENCE_MS,
  GUEST_MEMORY_SHARE,
  GUEST_OVERHEAD_MIB,
  MAX_COLLECTING_BYTES,
  startersOf,
} from "./constants.ts";
import { signalGroup } from "./guest.ts";
import { GuestGovernor } from "./guest_governor.ts";
import { type GuestNeeds, GuestPool } from "./guest_pool.ts";
import { prepareGuestCache } from "./guest_sandbox.ts";
import { readUsage } from "./guest_usage.ts";
import type { Liveness } from "./liveness.ts";
import type { MigrationLog } from "./migration_log.ts";
import type { PeerOptions } from "./options.ts";
import { type ServedSession, serveSession } from "./session_handler.ts";
import { clearStaleGuests, guestFolders } from "./stale_guests.ts";
import { StayAwake } from "./stay_awake.ts";
import { watchWaiting } from "./watch_waiting.ts";

/** What a clone works with. */
export interface CloneParts {
  /** This peer's id. */
  readonly peer: string;
  readonly home: Home;
  readonly name: string;
  readonly trust: TrustStore;
  readonly liveness: Liveness;
  readonly migrations: MigrationLog;
  /** This machine's speed, as in `net/link`. */
  unitsPerMs(): number;
  /** Something that `status` shows has changed. */
  changed(): void;
}

export class CloneService {
  readonly maxGuests: number;
  readonly #parts: CloneParts;
  readonly #options: PeerOptions;
  readonly #store: ContentStore;
  readonly #guests: GuestPool;
  readonly #governor: GuestGovernor;
  readonly #admission: Admission;
  readonly #served = new Set<ServedSession>();
  readonly #collecting: Collecting;
  /** Streams of files that each device has open. */
  readonly #fileStreams = new Map<string, number>();
  readonly #awake: StayAwake | undefined;
  readonly #without: ReadonlySet<string>;

  static async open(parts: CloneParts, options: PeerOptions): Promise<CloneService> {
    const { home, trust } = parts;
    const cache = options.guestCache ?? home.path("guest_cache");
    if (maxGuestsOf(options) > 0) await prepareGuestCache(cache);
    const cleared = await clearStaleGuests(parts.peer);
    if (cleared > 0) options.log?.(`cleared what ${cleared} guests of this home's last peer left`);
    const quotaOf = (device: string) => trust.has(device) ? trust.grants(device).storageMiB * 2 ** 20 : 0;
    const store = await openContentStore(home.path("content"), { quotaOf });
    // What devices sent that are not trusted any more.
    for (const device of store.devices()) if (!trust.has(device)) await store.wipe(device);
    return new CloneService(parts, { options, store, cache });
  }

  private constructor(
    parts: CloneParts,
    { options, store, cache }: { options: PeerOptions; store: ContentStore; cache: string },
  ) {
    this.#parts = parts;
    this.#options = options;
    this.#store = store;
    this.maxGuests = maxGuestsOf(options);
    const cores = availableParallelism();
    const budgetBytes =
      (options.guestMemoryMiB ?? Deno.systemMemoryInfo().total / 2 ** 20 * GUEST_MEMORY_SHARE) * 2 ** 20;
    const without = this.#without = new Set<string>(options.without ?? []);
    this.#governor = new GuestGovernor({
      cores,
      budgetBytes,
      without,
      usage: readUsage,
      signal: (pid, signal) => void signalGroup(pid, signal),
      power: () => (options.machine?.power ?? powerSupply)(),
    });
    this.#admission = new Admission({
      maxGuests: this.maxGuests,
      starters: startersOf(cores),
      budgetBytes,
      usedBytes: () => this.#governor.bytes,
      limitsRate: !without.has("session-rate"),
    });
    const { stayAwake = false } = options;
    if (stayAwake !== false) {
      this.#awake = new StayAwake({
        power: () => (options.machine?.power ?? powerSupply)(),
        log: (line) => this.#log(line),
        ...(typeof stayAwake === "number" && { forMs: stayAwake }),
      });
    }
    this.#collecting = new Collecting(without.has("collecting") ? Infinity : MAX_COLLECTING_BYTES);
    this.#guests = new GuestPool({
      command: (needs) => this.#command(needs),
      usual: {
        memoryMiB: grantsOf().memoryMiB,
        gpu: grantsOf().gpu,
        locale: navigator.language,
        timeZone: Temporal.Now.timeZoneId(),
      },
      cache,
      folders: guestFolders(parts.peer),
      without,
      spares: this.maxGuests > 0,
      log: (line) => this.#log(line),
    });
  }

  /** Sessions served now. */
  get sessions(): ReadonlySet<ServedSession> {
    return this.#served;
  }

  /** How many more sessions there is room for. */
  get free(): number {
    return this.#admission.free;
  }

  /** Guests that run migrated code now. */
  get busy(): number {
    return this.#governor.busy;
  }

  get storeBytes(): number {
    return this.#store.bytes;
  }

  /** Bytes kept for one device. */
  bytesOf(device: string): number {
    return this.#store.bytesOf(device);
  }

  /** Starts a guest in advance. */
  prepare(): void {
    this.#guests.prepare();
  }

  /** Serves one stream of the files protocol. */
  serveFiles(stream: Stream, device: string): void {
    if (!this.#parts.trust.has(device)) return stream.abort(new Error("not paired"));
    const streams = this.#fileStreams.get(device) ?? 0;
    if (streams >= MAX_FILE_STREAMS && !this.#without.has("file-streams")) {
      return stream.abort(new Error(`more than ${MAX_FILE_STREAMS} streams of files at once`));
    }
    this.#fileStreams.set(device, streams + 1);
    stream.addEventListener("close", () => {
      const left = this.#fileStreams.get(device)! - 1;
      if (left > 0) this.#fileStreams.set(device, left);
      else this.#fileStreams.delete(device);
    });
    serveFiles(streamChannel(stream), { store: this.#store, device });
  }

  /** Serves one stream of the session protocol; never rejects. */
  async serve(stream: Stream, connection: Connection): Promise<void> {
    const { name, trust, liveness, migrations, unitsPerMs } = this.#parts;
    const device = connection.remotePeer.toString();
    let open: ServedSession | undefined;
    let unwatch = () => {};
    let maySleep = () => {};
    const host = {
      guests: this.#guests,
      admission: this.#admission,
      governor: this.#governor,
      store: this.#store,
      name,
      denoVersion: Deno.version.deno,
      migrations,
      collecting: this.#collecting,
      without: this.#without,
      isTrusted: (peer: string) => trust.has(peer),
      grants: (peer: string) => trust.grants(peer),
      closedTo: (peer: string) => this.closedTo(peer),
      unitsPerMs,
      arrived: () => this.#awake?.active(),
      log: (line: string) => this.#log(line),
    };
    const cut = (reason: Error) => connection.abort(reason);
    const watch = () => watchWaiting(connection, liveness);
    await serveSession(host, { channel: streamChannel(stream), device, cut, watch }, (session) => {
      if (open !== undefined) this.#served.delete(open);
      unwatch();
      maySleep();
      open = session;
      if (session !== undefined) {
        this.#served.add(session);
        unwatch = liveness.watch(connection, DEVICE_SILENCE_MS);
        maySleep = this.#awake?.begin() ?? maySleep;
      }
      this.#parts.changed();
    });
  }

  /** Why a trusted peer's guests may not run now. */
  async closedTo(peer: string): Promise<string | undefined> {
    const power = await (this.#options.machine?.power ?? powerSupply)();
    return closedNow(this.#parts.trust.grants(peer), { date: new Date(), power });
  }

  /** A peer's grants have changed: what runs beyond them ends. */
  async regrant(peer: string): Promise<void> {
    const { guests, gpu } = this.#parts.trust.grants(peer);
    const own = [...this.#served].filter(({ device }) => device === peer);
    for (const session of own.slice(guests)) session.end(`this device is granted ${guests} guests now`);
    for (const session of own) {
      if (session.gpu && !gpu) session.end("this device isn't granted the graphics processor any more");
    }
    await this.#governor.recheck();
    this.#store.trim(peer);
  }

  /** A peer is not trusted any more: its guests end and what it sent goes. */
  async forget(peer: string): Promise<void> {
    for (const session of this.#served) {
      if (session.device === peer) {
        session.end("not paired: this device is not trusted any more; run `pair` again");
      }
    }
    this.#admission.forget(peer);
    await this.#store.wipe(peer);
  }

  /** Ends all sessions and guests. */
  async close(): Promise<void> {
    for (const session of this.#served) session.end("the clone stops");
    this.#governor.close();
    this.#awake?.close();
    await this.#guests.close();
  }

  #command({ memoryMiB, locale, timeZone }: GuestNeeds) {
    const { guestCommand: own, denoPath = Deno.execPath(), heapMiB = DEFAULT_HEAP_MIB } = this.#options;
    return own ?? guestCommand(denoPath, {
      heapMiB: Math.min(heapMiB, memoryMiB - GUEST_OVERHEAD_MIB),
      locale,
      timeZone,
    });
  }

  #log(line: string): void {
    this.#options.log?.(line);
  }
}

function maxGuestsOf(options: PeerOptions): number {
  return options.maxGuests ?? DEFAULT_MAX_GUESTS;
}
