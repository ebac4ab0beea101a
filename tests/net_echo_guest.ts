/** A guest for tests of `net/`: it echoes session frames, and does what the kinds below say. */
import { BLOB_REPLY, encodeFrame, type Frame, FrameDecoder } from "../runtime/thread/frame.ts";

/** Sends the payload back as it is. */
const ECHO = 16;
/** Asks for the content of the hash in the payload; the reply comes back as kind 17. */
const FETCH = 17;
/** Ends with the exit code in the payload. */
const EXIT = 18;
/** Computes forever and never reads again. */
const SPIN = 19;
/** Writes the payload to the channel as raw bytes. */
const RAW = 20;

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

function answer({ kind, payload }: Frame): void {
  if (kind === ECHO) writeAll(encodeFrame(ECHO, payload));
  else if (kind === FETCH) writeAll(encodeFrame(1, payload));
  else if (kind === BLOB_REPLY) writeAll(encodeFrame(FETCH, payload));
  else if (kind === EXIT) Deno.exit(payload[0]);
  else if (kind === SPIN) { while (true); }
  else if (kind === RAW) writeAll(payload);
}

const decoder = new FrameDecoder();
const buffer = new Uint8Array(64 * 1024);
for (let count = Deno.stdin.readSync(buffer); count !== null; count = Deno.stdin.readSync(buffer)) {
  decoder.push(buffer.slice(0, count));
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) answer(frame);
}
