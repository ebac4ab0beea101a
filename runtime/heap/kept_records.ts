import { bytesSet, bytesSubarray, newUint8Array, SafeMap } from "./intrinsics.ts";
import { sameBytes } from "./reader.ts";

/** Waste that isn't worth a compaction. */
const TOLERATED_WASTE = 1 << 20;

/** The last record of each node that both sides know, so that the next capture can tell what changed. */
export class KeptRecords {
  bytes: Uint8Array = new newUint8Array(1024);
  /** Bytes of large buffers, by index; shared with the packet that brought or took them. */
  readonly blobs = new SafeMap<number, Uint8Array>();
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #used = 0;
  #live = 0;

  /** Where node `index`'s record starts in {@linkcode bytes}. */
  start(index: number): number {
    return this.#starts[index] ?? 0;
  }

  end(index: number): number {
    return this.#ends[index] ?? 0;
  }

  /** Whether the record of node `index` is exactly these bytes. */
  matches(index: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = this.#starts[index];
    if (start === undefined) return false;
    const length = to - from;
    return this.#ends[index]! - start === length &&
      sameBytes(this.bytes, bytes, { a: start, b: from, length });
  }

  /** Copies a stretch of records; {@linkcode place} says what each holds, relative to the returned offset. */
  append(source: Uint8Array, from: number, to: number): number {
    const at = this.#used;
    this.#reserve(to - from);
    bytesSet(this.bytes, bytesSubarray(source, from, to), at);
    this.#used = at + to - from;
    return at;
  }

  place(index: number, start: number, end: number): void {
    if (index < this.#starts.length) this.forget(index);
    this.#starts[index] = start;
    this.#ends[index] = end;
    this.#live += end - start;
  }

  forget(index: number): void {
    const start = this.#starts[index];
    if (start === undefined) return;
    this.#live -= this.#ends[index]! - start;
    this.#starts[index] = 0;
    this.#ends[index] = 0;
  }

  /** Gives replaced records' room back once it is most of the store. */
  compact(): void {
    if (this.#used < 2 * this.#live + TOLERATED_WASTE) return;
    const packed = new newUint8Array(this.#live + (this.#live >> 2) + 1024);
    let at = 0;
    for (let i = 0; i < this.#starts.length; i++) {
      const start = this.#starts[i];
      if (start === undefined) continue;
      const end = this.#ends[i]!;
      bytesSet(packed, bytesSubarray(this.bytes, start, end), at);
      this.#starts[i] = at;
      this.#ends[i] = at += end - start;
    }
    this.bytes = packed;
    this.#used = at;
  }

  #reserve(count: number): void {
    if (this.#used + count <= this.bytes.length) return;
    const grown = new newUint8Array((this.#used + count) * 3 >> 1);
    bytesSet(grown, bytesSubarray(this.bytes, 0, this.#used), 0);
    this.bytes = grown;
  }
}
