import type { MigrationRow, PeerRow, PeerStatus } from "../../net/mod.ts";
import type { ShownPeer } from "./live.ts";

/** A peer whose status a test sets. */
export class FakePeer implements ShownPeer {
  readonly listeners = new Set<() => void>();
  pings = 0;
  #status: PeerStatus = {
    peer: "12D3KooWDevice",
    name: "phone",
    addresses: [],
    guests: [],
    maxGuests: 8,
    apps: [],
    migrations: [],
    storeBytes: 0,
    page: "http://127.0.0.1:1/#secret",
  };

  status(): PeerStatus {
    return this.#status;
  }

  peers(): Promise<PeerRow[]> {
    this.pings++;
    return Promise.resolve([]);
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(change: Partial<PeerStatus>): void {
    this.#status = { ...this.#status, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** A migration that came home. */
export const MIGRATION: MigrationRow = {
  number: 1,
  role: "device",
  app: "scan.ts",
  method: "scan.ts#Scanner.scan",
  peer: "laptop",
  startedAt: 1_700_000_000_000,
  bytesUp: 1000,
  bytesDown: 50,
  ms: 12,
  state: "home",
};
