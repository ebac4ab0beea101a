/** A guest for `bench:link`: answers each whole frame with an empty one, and keeps nothing of it. */
import { encodeFrame, FRAME_HEADER_BYTES, RETURN } from "../runtime/mod.ts";

const buffer = new Uint8Array(1 << 16);
const header = new Uint8Array(FRAME_HEADER_BYTES);
let [headerBytes, left] = [0, 0];
for (let count = Deno.stdin.readSync(buffer); count !== null; count = Deno.stdin.readSync(buffer)) {
  for (let at = 0; at < count;) {
    if (left === 0) {
      header[headerBytes++] = buffer[at++]!;
      if (headerBytes < FRAME_HEADER_BYTES) continue;
      headerBytes = 0;
      left = new DataView(header.buffer).getUint32(0) - 1;
    } else {
      const taken = Math.min(left, count - at);
      [left, at] = [left - taken, at + taken];
    }
    if (left === 0 && headerBytes === 0) Deno.stdout.writeSync(encodeFrame(RETURN));
  }
}
