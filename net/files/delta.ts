/**
 * What differs between a content and an older one that only the other side has, by its signature (rsync's algorithm: Tridgell and
 * Mackerras, 1996): a rolling sum finds blocks wherever they moved, some bits of a hash confirm them. The result has a hash of its
 * own, so a false match costs time and nothing else.
 */
import { hash } from "node:crypto";
import { joinBytes } from "../../runtime/mod.ts";

/** No base and no result is longer: what is chunked is much shorter. */
export const MAX_DELTA_BYTES = 1024 * 1024;

/** Of a block: a rolling sum, and the first bytes of its SHA-256. */
const SUM_BYTES = 4;
const STRONG_BYTES = 3;
const ROW_BYTES = SUM_BYTES + STRONG_BYTES;
/** Below, a row would cost as much as a good part of its block. */
const MIN_BLOCK_BYTES = 64;

const LITERAL = 0;
const COPY = 1;

/** Length of blocks for a base: so that signature and one changed block are least together. */
function blockBytesOf(length: number): number {
  return Math.max(MIN_BLOCK_BYTES, Math.round(Math.sqrt(length * ROW_BYTES)));
}

/** `u32 BE length of the base | a row for each whole block`. */
export function signatureOf(base: Uint8Array): Uint8Array {
  const block = blockBytesOf(base.length);
  const count = Math.floor(base.length / block);
  const signature = new Uint8Array(4 + count * ROW_BYTES);
  const view = new DataView(signature.buffer);
  view.setUint32(0, base.length);
  for (let i = 0; i < count; i++) {
    const bytes = base.subarray(i * block, (i + 1) * block);
    view.setUint32(4 + i * ROW_BYTES, sumOf(bytes));
    signature.set(strongOf(bytes), 4 + i * ROW_BYTES + SUM_BYTES);
  }
  return signature;
}

/** Steps that make `content` of the base with that signature. @throws {RangeError} if it is none */
export function deltaTo(content: Uint8Array, signature: Uint8Array): Uint8Array {
  const { block, rows } = readSignature(signature);
  const steps = new Steps();
  let literal = 0;
  let at = 0;
  let sum: number | undefined;
  while (at + block <= content.length) {
    sum ??= sumOf(content.subarray(at, at + block));
    const found = rows.get(sum)?.find(({ strong }) =>
      strong === strongOf(content.subarray(at, at + block)).toHex()
    );
    if (found === undefined) {
      if (at + block < content.length) sum = rolled(sum, content[at]!, content[at + block]!, block);
      at++;
      continue;
    }
    steps.literal(content.subarray(literal, at));
    steps.copy(found.at, block);
    literal = at += block;
    sum = undefined;
  }
  steps.literal(content.subarray(literal));
  return steps.bytes();
}

/** Does the steps. @throws {RangeError} if they lead out of the base, or to more than is allowed */
export function applyDelta(base: Uint8Array, delta: Uint8Array, mostBytes = MAX_DELTA_BYTES): Uint8Array {
  const view = new DataView(delta.buffer, delta.byteOffset, delta.length);
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let at = 0; at < delta.length;) {
    const isCopy = view.getUint8(at) === COPY;
    const from = isCopy ? view.getUint32(at + 1) : at + 5;
    const bytes = view.getUint32(isCopy ? at + 5 : at + 1);
    const source = isCopy ? base : delta;
    if (from + bytes > source.length) throw new RangeError("Cannot apply steps: they lead out of the bytes");
    if ((length += bytes) > mostBytes) {
      throw new RangeError("Cannot apply steps: too much comes of them");
    }
    parts.push(source.subarray(from, from + bytes));
    at += isCopy ? 9 : 5 + bytes;
  }
  return joinBytes(parts);
}

class Steps {
  readonly #parts: Uint8Array[] = [];
  #copy: { at: number; bytes: number } | undefined;

  literal(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#end();
    this.#parts.push(header(LITERAL, bytes.length), bytes);
  }

  /** Blocks that follow each other are one step. */
  copy(at: number, bytes: number): void {
    if (this.#copy !== undefined && this.#copy.at + this.#copy.bytes === at) this.#copy.bytes += bytes;
    else {
      this.#end();
      this.#copy = { at, bytes };
    }
  }

  bytes(): Uint8Array {
    this.#end();
    return joinBytes(this.#parts);
  }

  #end(): void {
    if (this.#copy !== undefined) this.#parts.push(header(COPY, this.#copy.at, this.#copy.bytes));
    this.#copy = undefined;
  }
}

function header(kind: number, ...numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(1 + 4 * numbers.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  numbers.forEach((number, i) => view.setUint32(1 + 4 * i, number));
  return bytes;
}

function readSignature(
  signature: Uint8Array,
): { block: number; rows: Map<number, { strong: string; at: number }[]> } {
  const view = new DataView(signature.buffer, signature.byteOffset, signature.length);
  const block = blockBytesOf(view.getUint32(0));
  const count = (signature.length - 4) / ROW_BYTES;
  if (count !== Math.floor(view.getUint32(0) / block)) {
    throw new RangeError("Cannot read a signature: its length is wrong");
  }
  const rows = new Map<number, { strong: string; at: number }[]>();
  for (let i = 0; i < count; i++) {
    const row = 4 + i * ROW_BYTES;
    const sum = view.getUint32(row);
    const strong = signature.subarray(row + SUM_BYTES, row + ROW_BYTES).toHex();
    rows.set(sum, [...rows.get(sum) ?? [], { strong, at: i * block }]);
  }
  return { block, rows };
}

function strongOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.fromHex(hash("sha256", bytes, "hex").slice(0, STRONG_BYTES * 2));
}

/** Two sums of 16 bits: of the bytes, and of the sums so far. */
function sumOf(bytes: Uint8Array): number {
  let a = 0;
  let b = 0;
  for (let i = 0; i < bytes.length; i++) {
    a = a + bytes[i]! & 0xffff;
    b = b + a & 0xffff;
  }
  return (b << 16 | a) >>> 0;
}

/** The sum one byte further. */
function rolled(sum: number, gone: number, come: number, block: number): number {
  const a = (sum & 0xffff) - gone + come & 0xffff;
  const b = (sum >>> 16) - block * gone + a & 0xffff;
  return (b << 16 | a) >>> 0;
}
