import { encodeFrame, type Frame, FrameDecoder, frameHeader, HOP_CONTROL } from "./frame.ts";
import { slabReader } from "./slab_reader.ts";

/** Bytes of one read at most, and of the allocation that several share. */
const READ_BYTES = 65_536;
const SLAB_BYTES = 4 * READ_BYTES;

/** A framed connection to a local socket. Whoever opens it closes it. */
export class LocalConnection {
  readonly #connection: Deno.Conn;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;
  onFrame: (frame: Frame) => void = () => {};
  onClose: () => void = () => {};
  /** Something arrived, be it part of a frame. */
  onBytes: () => void = () => {};

  /** Takes an open connection. */
  constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.#read();
  }

  /** Opens a connection. @throws if nobody listens there. */
  static async open(path: string): Promise<LocalConnection> {
    return new LocalConnection(await Deno.connect({ transport: "unix", path }));
  }

  /** Resolves when it has left, or never will. */
  send(kind: number, ...parts: Uint8Array[]): Promise<void> {
    let bytes = 0;
    for (const part of parts) bytes += part.length;
    // Small frames go out in one piece; large ones aren't copied together.
    return this.#write(
      bytes < 65_536 ? [encodeFrame(kind, ...parts)] : [frameHeader(kind, bytes), ...parts],
    );
  }

  sendJson(body: unknown): void {
    this.send(HOP_CONTROL, new TextEncoder().encode(JSON.stringify(body)));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#connection.close();
    } catch {
      // The other end was faster.
    }
    this.onClose();
  }

  #write(parts: readonly Uint8Array[]): Promise<void> {
    return this.#writing = this.#writing.then(async () => {
      for (const part of parts) {
        for (let at = 0; at < part.length;) at += await this.#connection.write(part.subarray(at));
      }
    }).catch(() => this.close());
  }

  async #read(): Promise<void> {
    const decoder = new FrameDecoder();
    try {
      const read = slabReader(this.#connection, { readBytes: READ_BYTES, slabBytes: SLAB_BYTES });
      for (let piece = await read(); piece !== null; piece = await read()) {
        this.onBytes();
        decoder.push(piece);
        for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) this.onFrame(frame);
      }
    } catch {
      // A broken connection is a closed one.
    }
    this.close();
  }
}
