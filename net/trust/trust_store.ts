import type { Home } from "../home/mod.ts";
import { type Grants, grantsOf, type Limits, parseLimits } from "./grants.ts";
import { MAX_ADDRESS_LENGTH, MAX_ADDRESSES, MAX_NAME_LENGTH, MAX_TRUSTED } from "./constants.ts";

/** A peer that may run guests here, and whose clones this peer may use. */
export interface TrustedPeer {
  /** Its peer id. */
  readonly peer: string;
  /** What it calls itself. */
  readonly name: string;
  /** When it was trusted, ISO 8601. */
  readonly since: string;
  /** Where it was reached, latest first. */
  readonly addresses: readonly string[];
  /** What it may use less, or more, than others. */
  readonly limits?: Limits;
}

/** The peers a home trusts; all others are refused. */
export interface TrustStore {
  has(peer: string): boolean;
  get(peer: string): TrustedPeer | undefined;
  list(): readonly TrustedPeer[];
  /** Trusts a peer; keeps its earlier addresses. @throws {RangeError} if there are too many. */
  add(peer: { peer: string; name: string; addresses?: readonly string[] }): Promise<void>;
  /** Trusts a peer no more; false if it was not trusted. Listeners of {@linkcode onRemoved} run before it resolves. */
  remove(peer: string): Promise<boolean>;
  /** What a trusted peer may use. */
  grants(peer: string): Grants;
  /** Changes what a trusted peer may use; undefined: back to what others may. @throws {RangeError} if it isn't trusted. */
  limit(peer: string, limits: Limits | undefined): Promise<void>;
  /** Remembers where a trusted peer was reached; ignored for others. */
  reachedAt(peer: string, address: string): Promise<void>;
  /** Calls back for each removed peer; what is returned is waited for. */
  onRemoved(listener: (peer: string) => Promise<void> | void): void;
}

const FILE = "trust.json";

/** Opens a home's trusted peers. Entries that can't be read are an error: nobody is trusted by accident or forgotten. */
export async function openTrustStore(home: Home): Promise<TrustStore> {
  const store = new FileTrustStore(home);
  await store.load();
  return store;
}

class FileTrustStore implements TrustStore {
  readonly #home: Home;
  readonly #listeners: ((peer: string) => Promise<void> | void)[] = [];
  #peers = new Map<string, TrustedPeer>();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(home: Home) {
    this.#home = home;
  }

  async load(): Promise<void> {
    this.#peers = parse(await this.#home.readJson(FILE), this.#home.path(FILE));
  }

  has(peer: string): boolean {
    return this.#peers.has(peer);
  }

  get(peer: string): TrustedPeer | undefined {
    return this.#peers.get(peer);
  }

  list(): readonly TrustedPeer[] {
    return [...this.#peers.values()];
  }

  add(
    { peer, name, addresses = [] }: { peer: string; name: string; addresses?: readonly string[] },
  ): Promise<void> {
    return this.#change((peers) => {
      const known = peers.get(peer);
      if (known === undefined && peers.size >= MAX_TRUSTED) {
        throw new RangeError(
          `Cannot trust peer ${peer}: ${MAX_TRUSTED} are trusted already; remove one first`,
        );
      }
      peers.set(peer, {
        peer,
        name: cleanName(name),
        since: known?.since ?? new Date().toISOString(),
        addresses: mergeAddresses(addresses, known?.addresses ?? []),
        ...(known?.limits && { limits: known.limits }),
      });
    });
  }

  async remove(peer: string): Promise<boolean> {
    let removed = false;
    await this.#change((peers) => removed = peers.delete(peer));
    if (removed) await Promise.all(this.#listeners.map((listener) => listener(peer)));
    return removed;
  }

  grants(peer: string): Grants {
    return grantsOf(this.#peers.get(peer)?.limits);
  }

  async limit(peer: string, limits: Limits | undefined): Promise<void> {
    await this.#change((peers) => {
      const entry = peers.get(peer);
      if (entry === undefined) throw new RangeError(`Cannot limit peer ${peer}: it is not trusted`);
      const { limits: before, ...rest } = entry;
      peers.set(
        peer,
        limits === undefined ? rest : { ...rest, limits: { ...before, ...parseLimits(limits) } },
      );
    });
  }

  async reachedAt(peer: string, address: string): Promise<void> {
    const known = this.#peers.get(peer);
    if (known === undefined || known.addresses[0] === address) return;
    await this.#change((peers) => {
      const entry = peers.get(peer);
      if (entry !== undefined) {
        peers.set(peer, { ...entry, addresses: mergeAddresses([address], entry.addresses) });
      }
    });
  }

  onRemoved(listener: (peer: string) => Promise<void> | void): void {
    this.#listeners.push(listener);
  }

  /** One change after the other, each on what the file holds now: another process may have changed it. */
  #change(edit: (peers: Map<string, TrustedPeer>) => void): Promise<void> {
    const done = this.#writing.then(async () => {
      const peers = parse(await this.#home.readJson(FILE), this.#home.path(FILE));
      edit(peers);
      await this.#home.writeJson(FILE, { version: 1, peers: [...peers.values()] });
      this.#peers = peers;
    });
    this.#writing = done.catch(() => {});
    return done;
  }
}

/** A name as it may be shown in a terminal: printable, short. */
export function cleanName(name: string): string {
  return name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "").trim().slice(0, MAX_NAME_LENGTH) || "unnamed";
}

function mergeAddresses(first: readonly string[], rest: readonly string[]): string[] {
  return [...new Set([...first, ...rest])].filter((a) => a.length <= MAX_ADDRESS_LENGTH).slice(
    0,
    MAX_ADDRESSES,
  );
}

function parse(value: unknown, path: string): Map<string, TrustedPeer> {
  if (value === undefined) return new Map();
  const peers = (value as { peers?: unknown } | null)?.peers;
  if (!Array.isArray(peers) || !peers.every(isTrustedPeer)) {
    throw new Error(`Cannot read ${path}: it is not a list of trusted peers; repair it or move it away`);
  }
  return new Map(peers.map((entry) => [entry.peer, entry]));
}

function isTrustedPeer(value: unknown): value is TrustedPeer {
  const entry = value as Partial<Record<keyof TrustedPeer, unknown>> | null;
  return typeof entry?.peer === "string" && typeof entry.name === "string" &&
    typeof entry.since === "string" && (entry.limits === undefined || areLimits(entry.limits)) &&
    Array.isArray(entry.addresses) && entry.addresses.every((address) => typeof address === "string");
}

function areLimits(value: unknown): boolean {
  try {
    parseLimits(value);
    return true;
  } catch {
    return false;
  }
}
