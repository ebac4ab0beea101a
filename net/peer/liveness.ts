import type { Connection, ConnectionGater, MultiaddrConnection } from "@libp2p/interface";
import { SILENCE_CHECK_MS, SILENCE_MS, STRANGER_BYTES, STRANGER_TIMEOUT_MS } from "./constants.ts";

/**
 * Notices dead connections, and bounds what strangers send.
 *
 * libp2p's own monitor pings and gives a healthy connection up when the answer waits behind bulk on a slow link. Here any
 * byte is a sign of life: while a session lives its device pings every second, and bulk shows itself.
 */
export class Liveness {
  readonly #heard = new WeakMap<object, { at: number; bytes: number }>();
  readonly #watched = new Map<Connection, number>();
  readonly #isTrusted: (peer: string) => boolean;
  readonly #strangerMs: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `without` leaves limits out, for tests. */
  constructor(
    isTrusted: (peer: string) => boolean,
    without: ReadonlySet<string> = new Set(),
    strangerMs = STRANGER_TIMEOUT_MS,
  ) {
    this.#strangerMs = strangerMs;
    this.#isTrusted = without.has("stranger-limits") ? () => true : isTrusted;
  }

  /** Hooks that see each connection's raw bytes; given to the libp2p host. */
  gater(): ConnectionGater {
    // Encrypted means that the handshake reads the bytes already: one more listener takes none away.
    return {
      denyInboundEncryptedConnection: (peer, raw) => this.#listen(peer.toString(), raw),
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

  /** Cuts the connection when it falls silent, until the returned function is called. */
  watch(connection: Connection): () => void {
    this.#watched.set(connection, (this.#watched.get(connection) ?? 0) + 1);
    const heard = this.#heard.get(connection.timeline);
    if (heard !== undefined) heard.at = performance.now();
    this.#timer ??= this.#start();
    let done = false;
    return () => {
      if (done) return;
      done = true;
      const left = this.#watched.get(connection)! - 1;
      if (left > 0) this.#watched.set(connection, left);
      else this.#watched.delete(connection);
      if (this.#watched.size === 0) this.close();
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
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
    if (stranger !== undefined && !this.#isTrusted(stranger)) this.#limitTime(stranger, raw);
    return false;
  }

  #limitTime(stranger: string, raw: MultiaddrConnection): void {
    const timer = setTimeout(() => {
      if (!this.#isTrusted(stranger)) raw.abort(new Error("An untrusted peer stayed too long"));
    }, this.#strangerMs);
    Deno.unrefTimer(timer);
    raw.addEventListener("close", () => clearTimeout(timer));
  }

  #start(): ReturnType<typeof setInterval> {
    let due = performance.now() + SILENCE_CHECK_MS;
    const timer = setInterval(() => {
      const late = performance.now() - due;
      due = performance.now() + SILENCE_CHECK_MS;
      // What arrived while this process was held up is not read yet.
      if (late > SILENCE_CHECK_MS) return;
      for (const connection of this.#watched.keys()) {
        if (this.silentMs(connection) < SILENCE_MS) continue;
        connection.abort(new Error(`Cannot reach the other peer: no sign of life for ${SILENCE_MS} ms`));
      }
    }, SILENCE_CHECK_MS);
    Deno.unrefTimer(timer);
    return timer;
  }
}
