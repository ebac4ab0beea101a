import type { Peer, PeerRow, PeerStatus } from "../../net/mod.ts";
import { PEERS_INTERVAL_MS, SETTLE_MS } from "./constants.ts";

/** Everything that the page shows. */
export interface Snapshot extends PeerStatus {
  readonly peers: readonly PeerRow[];
}

/** What of a peer the page needs. */
export type ShownPeer = Pick<Peer, "status" | "peers" | "onChange">;

/** Keeps viewers up to date; without viewers it does nothing at all. */
export class Live {
  readonly #peer: ShownPeer;
  readonly #viewers = new Set<(snapshot: Snapshot) => void>();
  #peers: readonly PeerRow[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #interval: ReturnType<typeof setInterval> | undefined;
  #unwatch: (() => void) | undefined;

  constructor(peer: ShownPeer) {
    this.#peer = peer;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** The picture now; the page's own address isn't part of it. */
  snapshot(): Snapshot {
    const { page: _page, ...status } = this.#peer.status();
    return { ...status, peers: this.#peers };
  }

  /** Shows the present picture, and every later one until the returned function is called. */
  watch(show: (snapshot: Snapshot) => void): () => void {
    this.#viewers.add(show);
    if (this.#viewers.size === 1) this.#begin();
    show(this.snapshot());
    return () => {
      if (this.#viewers.delete(show) && this.#viewers.size === 0) this.#end();
    };
  }

  #begin(): void {
    this.#unwatch = this.#peer.onChange(() => this.#changed());
    this.#interval = setInterval(() => this.#ping(), PEERS_INTERVAL_MS);
    this.#ping();
  }

  #end(): void {
    this.#unwatch?.();
    clearInterval(this.#interval);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #ping(): Promise<void> {
    this.#peers = await this.#peer.peers().catch(() => this.#peers);
    this.#changed();
  }

  #changed(): void {
    if (this.#viewers.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const snapshot = this.snapshot();
      for (const show of this.#viewers) show(snapshot);
    }, SETTLE_MS);
  }
}
