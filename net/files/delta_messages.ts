import { HASH_BYTES } from "../../runtime/mod.ts";

/** Contents that a base is made of, at most. */
const MAX_PARTS = 4;
/** Bases in one question: their signatures, each of 2.7 kB at most, fit into one answer. */
export const MAX_BASES = 2048;

/** Bases, in as many payloads as they need; each `u8 count | hashes`. */
export function* packBases(
  bases: readonly (readonly string[])[],
): Generator<{ bytes: Uint8Array; count: number }> {
  for (let at = 0; at < bases.length;) {
    const parts: number[] = [];
    const from = at;
    while (at < bases.length && parts.length + baseBytes(bases[at]!) <= MAX_BASES * (1 + HASH_BYTES)) {
      parts.push(bases[at]!.length, ...bases[at]!.flatMap((name) => [...Uint8Array.fromHex(name)]));
      at++;
    }
    yield { bytes: Uint8Array.from(parts), count: at - from };
  }
}

function baseBytes(names: readonly string[]): number {
  return 1 + names.length * HASH_BYTES;
}

/** @throws {RangeError} */
export function unpackBases(payload: Uint8Array): Uint8Array[][] {
  const bases: Uint8Array[][] = [];
  for (let at = 0; at < payload.length;) {
    const { names, end } = readNames(payload, at);
    bases.push(names);
    at = end;
  }
  return bases;
}

/** Each `u32 BE length | signature`. */
export function packSignatures(signatures: readonly Uint8Array[]): Uint8Array[] {
  return signatures.flatMap((signature) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, signature.length);
    return [length, signature];
  });
}

/** @throws {RangeError} if they aren't that many */
export function unpackSignatures(payload: Uint8Array, count: number): (Uint8Array | undefined)[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const signatures: (Uint8Array | undefined)[] = [];
  let at = 0;
  while (signatures.length < count) {
    const end = at + 4 + view.getUint32(at);
    if (end > payload.length) throw new RangeError("Cannot read signatures: one is cut off");
    signatures.push(end === at + 4 ? undefined : payload.slice(at + 4, end));
    at = end;
  }
  if (at !== payload.length) throw new RangeError("Cannot read signatures: there are too many");
  return signatures;
}

/** One content as its steps: `u8 count | hashes of the base | hash of the content | steps`. */
export function deltaMessage(bases: readonly string[], name: string, steps: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + (bases.length + 1) * HASH_BYTES + steps.length);
  message[0] = bases.length;
  [...bases, name].forEach((hex, i) => message.set(Uint8Array.fromHex(hex), 1 + i * HASH_BYTES));
  message.set(steps, message.length - steps.length);
  return message;
}

/** @throws {RangeError} */
export function deltaOf(
  message: Uint8Array,
): { bases: Uint8Array[]; name: Uint8Array; steps: Uint8Array } {
  const { names: bases, end } = readNames(message, 0);
  if (end + HASH_BYTES > message.length) throw new RangeError("Cannot read steps: they are cut off");
  return {
    bases,
    name: message.subarray(end, end + HASH_BYTES),
    steps: message.subarray(end + HASH_BYTES),
  };
}

function readNames(bytes: Uint8Array, at: number): { names: Uint8Array[]; end: number } {
  const count = bytes[at] ?? 0;
  const end = at + 1 + count * HASH_BYTES;
  if (count === 0 || count > MAX_PARTS || end > bytes.length) {
    throw new RangeError("Cannot read the names of contents: their number is wrong");
  }
  const names = Array.from(
    { length: count },
    (_, i) => bytes.subarray(at + 1 + i * HASH_BYTES, at + 1 + (i + 1) * HASH_BYTES),
  );
  return { names, end };
}
