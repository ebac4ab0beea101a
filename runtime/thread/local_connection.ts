import { totalBytes } from "./bytes.ts";
import { encodeFrame, frameHeader } from "./frame.ts";
import { SessionLink } from "./session_link.ts";
import { slabReader } from "./slab_reader.ts";

/** Bytes of one read at most, and of the allocation that several share. */
const READ_BYTES = 65_536;
const SLAB_BYTES = 4 * READ_BYTES;

/** A framed connection to a local socket. Whoever opens it closes it. */
export class LocalConnection extends SessionLink {
  readonly #connection: Deno.Conn;
  #writing: Promise<void> = Promise.resolve();

  /** Takes an open connection. */
  constructor(connection: Deno.Conn) {
    super();
    this.#connection = connection;
    this.#read();
  }

  /** Opens a connection. @throws if nobody listens there. */
  static async open(path: string): Promise<LocalConnection> {
    return new LocalConnection(await Deno.connect({ transport: "unix", path }));
  }

  send(kind: number, ...parts: Uint8Array[]): Promise<void> {
    const bytes = totalBytes(parts);
    // Small frames go out in one piece; large ones aren't copied together.
    return this.#write(
      bytes < 65_536 ? [encodeFrame(kind, ...parts)] : [frameHeader(kind, bytes), ...parts],
    );
  }

  protected end(): void {
    try {
      this.#connection.close();
    } catch {
      // The other end was faster.
    }
  }

  #write(parts: readonly Uint8Array[]): Promise<void> {
    return this.#writing = this.#writing.then(async () => {
      for (const part of parts) {
        for (let at = 0; at < part.length;) at += await this.#connection.write(part.subarray(at));
      }
    }).catch(() => this.close());
  }

  async #read(): Promise<void> {
    try {
      const read = slabReader(this.#connection, { readBytes: READ_BYTES, slabBytes: SLAB_BYTES });
      for (let piece = await read(); piece !== null; piece = await read()) this.received(piece);
    } catch {
      // A broken connection is a closed one.
    }
    this.close();
  }
}
