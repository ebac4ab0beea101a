import type { Connection, ConnectionGater, MultiaddrConnection } from "@libp2p/interface";
import {
  MAX_NEWCOMERS,
  MAX_STRANGERS,
  NEWCOMER_MS,
  SILENCE_CHECK_MS,
  SILENCE_MS,
  STRANGER_BYTES,
  STRANGER_TIMEOUT_MS,
} from "./constants.ts";
import { firstOfMost, Newcomers } from "./newcomers.ts";

/**
 * Notices dead connections, and bounds what strangers send.
 *
 * libp2p's own monitor pings and gives a healthy connection up when the answer waits behind bulk on a slow link. Here any
 * byte is a sign of life: while a session lives its device pings every second, and bulk shows itself.
 */
export class Liveness {
  /** Inbound connections before their handshake; a transport with one of its own before that adds to them. */
  readonly newcomers: Newcomers;
  readonly #heard = new WeakMap<object, { at: number; bytes: number }>();
  /** For each connection who watches it: how long it may be silent for each. */
  readonly #watched = new Map<Connection, number[]>();
  readonly #isTrusted: (peer: string) => boolean;
  readonly #strangerMs: number;
  readonly #limitsStrangers: boolean;
  readonly #strangers = new Map<MultiaddrConnection, string>();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `without` leaves limits out, for tests. */
  constructor(
    isTrusted: (peer: string) => boolean,
    without: ReadonlySet<string> = new Set(),
    strangerMs = STRANGER_TIMEOUT_MS,
  ) {
    const limitsNewcomers = !without.has("newcomers");
    this.newcomers = new Newcomers({
      most: limitsNewcomers ? MAX_NEWCOMERS : Infinity,
      timeoutMs: limitsNewcomers ? NEWCOMER_MS : 2 ** 31 - 1,
    });
    this.#strangerMs = strangerMs;
    this.#limitsStrangers = !without.has("stranger-count");
    this.#isTrusted = without.has("stranger-limits") ? () => true : isTrusted;
  }

  /** Hooks that see each connection's raw bytes; given to the libp2p host. */
  gater(): ConnectionGater {
    // Encrypted means that the handshake reads the bytes already: one more listener takes none away.
    return {
      denyInboundConnection: (raw) => this.#waitForHandshake(raw),
      denyInboundEncryptedConnection: (peer, raw) => {
        this.newcomers.left(raw);
        return this.#listen(peer.toString(), raw);
      },
      denyOutboundEncryptedConnection: (_peer, raw) => this.#listen(undefined, raw),
      // The default refuses to dial private addresses in browsers only; nothing is refused here.
      denyDialMultiaddr: () => false,
    };
  }

  /** Milliseconds since the connection's last byte; 0 if it is not known. */
  silentMs(connection: Connection): number {
    const heard = this.#heard.get(connection.timeline);
    return heard === undefined ? 0 : performance.now() - heard.at;
  }

  /**
   * Something of the connection's arrived just now, though its bytes came before: behind an emulated link they wait, and with them
   * the answers to pings.
   */
  heard(connection: Connection): void {
    const heard = this.#heard.get(connection.timeline);
    if (heard !== undefined) heard.at = performance.now();
  }

  /** Cuts the connection when it has been silent for so long, until the returned function is called. */
  watch(connection: Connection, silenceMs = SILENCE_MS): () => void {
    const watchers = this.#watched.get(connection) ?? [];
    watchers.push(silenceMs);
    this.#watched.set(connection, watchers);
    this.heard(connection);
    this.#timer ??= this.#start();
    let done = false;
    return () => {
      if (done) return;
      done = true;
      watchers.splice(watchers.indexOf(silenceMs), 1);
      if (watchers.length === 0) this.#watched.delete(connection);
      if (this.#watched.size === 0) this.close();
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #waitForHandshake(raw: MultiaddrConnection): boolean {
    this.newcomers.came(raw, { host: hostOf(raw), cut: (reason) => raw.abort(reason) });
    raw.addEventListener("close", () => this.newcomers.left(raw));
    return false;
  }

  #listen(stranger: string | undefined, raw: MultiaddrConnection): boolean {
    const heard = { at: performance.now(), bytes: 0 };
    this.#heard.set(raw.timeline, heard);
    raw.addEventListener("message", ({ data }) => {
      heard.at = performance.now();
      heard.bytes += data.byteLength;
      if (stranger === undefined || heard.bytes < STRANGER_BYTES) return;
      if (this.#isTrusted(stranger)) stranger = undefined;
      else raw.abort(new Error(`An untrusted peer sent more than ${STRANGER_BYTES} bytes`));
    });
    if (stranger !== undefined && !this.#isTrusted(stranger)) {
      this.#limitTime(stranger, raw);
      if (this.#limitsStrangers) this.#limitCount(stranger, raw);
    }
    return false;
  }

  #limitCount(stranger: string, raw: MultiaddrConnection): void {
    this.#strangers.set(raw, stranger);
    raw.addEventListener("close", () => this.#strangers.delete(raw));
    const left = [...this.#strangers].filter(([, peer]) => !this.#isTrusted(peer)).map(([one]) => one);
    if (left.length <= MAX_STRANGERS) return;
    firstOfMost(left, hostOf).abort(new Error(`More than ${MAX_STRANGERS} untrusted peers are connected`));
  }

  #limitTime(stranger: string, raw: MultiaddrConnection): void {
    const timer = setTimeout(() => {
      if (!this.#isTrusted(stranger)) raw.abort(new Error("An untrusted peer stayed too long"));
    }, this.#strangerMs);
    Deno.unrefTimer(timer);
    raw.addEventListener("close", () => clearTimeout(timer));
  }

  /** While this process was held up nothing was read, and no ping sent that could be answered. */
  #forgive(connection: Connection, heldUpMs: number): void {
    const heard = this.#heard.get(connection.timeline);
    if (heard !== undefined) heard.at = Math.min(performance.now(), heard.at + heldUpMs);
  }

  #start(): ReturnType<typeof setInterval> {
    let due = performance.now() + SILENCE_CHECK_MS;
    const timer = setInterval(() => {
      const now = performance.now();
      const late = now - due;
      due = now + SILENCE_CHECK_MS;
      for (const [connection, watchers] of this.#watched) {
        if (late > SILENCE_CHECK_MS) this.#forgive(connection, late);
        const silenceMs = Math.min(...watchers);
        if (this.silentMs(connection) < silenceMs) continue;
        connection.abort(new Error(`Cannot reach the other peer: no sign of life for ${silenceMs} ms`));
      }
    }, SILENCE_CHECK_MS);
    Deno.unrefTimer(timer);
    return timer;
  }
}

/** The machine that a connection comes from, as far as its address tells. */
function hostOf({ remoteAddr }: MultiaddrConnection): string {
  return remoteAddr.getComponents()[0]?.value ?? "";
}
