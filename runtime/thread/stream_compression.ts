import type { Conditions } from "./conditions.ts";
import { COMPRESS_FROM, MAX_FRAME_BYTES } from "./constants.ts";

/** What a laptop takes for the first payload, the engine's streams being cold, and for each byte, milliseconds. */
const START_MS = 5;
const BYTE_MS = 20e-6;
/** Of a byte that is compressed, so much need not be sent. */
const SAVED = 0.5;

/**
 * What compression.ts does, for a thread that may wait: by the engine's own streams, as loading `node:zlib` takes a weak
 * device longer than most packets.
 */
export async function compressing(parts: readonly Uint8Array[]): Promise<Uint8Array[]> {
  return [Uint8Array.of(1), ...await through(new CompressionStream("deflate-raw"), parts)];
}

/** Whether so many bytes are at the clone sooner if they are compressed: on a weak device the compressor may be slower than the link. */
export function isWorthCompressing(bytes: number, conditions: Conditions | undefined): boolean {
  if (bytes < COMPRESS_FROM) return false;
  if (conditions === undefined) return true;
  const takesMs = (START_MS + bytes * BYTE_MS) * Math.max(1, conditions.cloneSpeed);
  return bytes * SAVED / conditions.upBytesPerSecond * 1000 > takesMs;
}

/** What a device takes to compress a byte, as a share of what the byte takes on the link as it is. */
export function compressionShare({ upBytesPerSecond, cloneSpeed }: Conditions): number {
  return BYTE_MS * Math.max(1, cloneSpeed) * upBytesPerSecond / 1000;
}

/** What {@linkcode compressing} makes of what stays as it is. */
export function plain(parts: readonly Uint8Array[]): Uint8Array[] {
  return [Uint8Array.of(0), ...parts];
}

/** The payload again, if it has at most so many bytes. @throws if it has more, or isn't one. */
export async function decompressing(payload: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  if (payload[0] === 0) return payload.subarray(1);
  const parts = await through(new DecompressionStream("deflate-raw"), [payload.subarray(1)], maxBytes);
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** What a stream makes of some bytes, in parts. @throws {RangeError} as soon as that is more than allowed */
export async function through(
  { readable, writable }: CompressionStream,
  parts: readonly Uint8Array[],
  maxBytes = MAX_FRAME_BYTES,
): Promise<Uint8Array[]> {
  const input = ReadableStream.from(parts as Uint8Array<ArrayBuffer>[]);
  // Whoever reads hears of a failure.
  input.pipeTo(writable).catch(() => {});
  const out: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of readable) {
    bytes += part.length;
    if (bytes > maxBytes) throw new RangeError("it is too large");
    out.push(part);
  }
  return out;
}
