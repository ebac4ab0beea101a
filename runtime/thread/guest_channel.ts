import { encodeFrame, type Frame, FrameDecoder } from "./frame.ts";

const { stdin, stdout } = Deno;
/** The process's own, before the guest's host wraps it. */
export const exitGuest: (code: number) => never = Deno.exit.bind(Deno);
const readSync = stdin.readSync.bind(stdin);
const writeSync = stdout.writeSync.bind(stdout);

/** A guest's only way to the world: frames on its stdin and stdout, read and written synchronously. */
export class GuestChannel {
  readonly #decoder = new FrameDecoder();
  readonly #buffer = new Uint8Array(1 << 16);

  /** The next frame; the process ends when the peer is gone. */
  receive(): Frame {
    while (true) {
      const frame = this.#decoder.next();
      if (frame !== undefined) return frame;
      const count = readSync(this.#buffer);
      if (count === null) exitGuest(0);
      this.#decoder.push(this.#buffer.slice(0, count));
    }
  }

  send(kind: number, ...parts: readonly Uint8Array[]): void {
    const frame = encodeFrame(kind, ...parts);
    for (let at = 0; at < frame.length;) at += writeSync(frame.subarray(at));
  }
}
