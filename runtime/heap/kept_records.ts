import {
  bytesSet,
  bytesSubarray,
  newUint8Array,
  SafeMap,
  typedArrayFill,
  typedArrayLength,
} from "./intrinsics.ts";
import { grownOffsets, type Offsets } from "./offsets.ts";
import { sameBytes } from "./reader.ts";

/** Waste that isn't worth a compaction. */
const TOLERATED_WASTE = 1 << 20;
/** Stretches that are shorter are copied into one: each shared one keeps the packet it is part of. */
const SHARED_FROM_BYTES = 1 << 16;
/** Stretches that are searched for nothing, but hold on to their packets. */
const MAX_STRETCHES = 64;

/** The last record of each node that both sides know, so that the next capture can tell what changed. */
export class KeptRecords {
  /** Bytes of large buffers, by index; shared with the packet that brought or took them. */
  readonly blobs = new SafeMap<number, Uint8Array>();
  /** The first is filled up with short ones. */
  #stretches: Uint8Array[] = [new newUint8Array(1024)];
  /** By node. A node whose end is 0 has no record: no stretch has one at its start, see {@linkcode #used}. */
  #starts = new Uint32Array(256);
  #ends = new Uint32Array(256);
  /** Of what is by node. */
  #room = 256;
  #stretchOf = new Uint8Array(256);
  /** Bytes of the first stretch that are taken. */
  #used = 1;
  /** Bytes of records in the other stretches. */
  #held = 0;
  /** Bytes of records that are still a node's last. */
  #live = 0;

  /** What holds node `index`'s record, from {@linkcode start} to {@linkcode end}. */
  bytesOf(index: number): Uint8Array {
    return this.#stretches[this.#stretchOf[index] ?? 0]!;
  }

  start(index: number): number {
    return this.#starts[index] ?? 0;
  }

  /** 0 if there is no record. */
  end(index: number): number {
    return this.#ends[index] ?? 0;
  }

  /** Whether the record of node `index` is exactly these bytes. */
  matches(index: number, bytes: Uint8Array, from: number, to: number): boolean {
    const end = this.end(index);
    if (end === 0) return false;
    const start = this.#starts[index]!;
    const length = to - from;
    return end - start === length &&
      sameBytes(this.bytesOf(index), bytes, { a: start, b: from, length });
  }

  /**
   * Takes a stretch of records; {@linkcode place} says what each holds, relative to the returned place. If `lasting`, the
   * bytes never change and may be shared.
   */
  append(source: Uint8Array, from: number, to: number, lasting: boolean): KeptPlace {
    if (lasting && from > 0 && to - from >= SHARED_FROM_BYTES) {
      this.#held += to - from;
      this.#stretches[this.#stretches.length] = source;
      return { stretch: this.#stretches.length - 1, shift: 0 };
    }
    const at = this.#used;
    this.#reserve(to - from);
    bytesSet(this.#stretches[0]!, bytesSubarray(source, from, to), at);
    this.#used = at + to - from;
    return { stretch: 0, shift: at - from };
  }

  /** Node `index`'s record is in what was appended, from and to these positions of its source. */
  place(index: number, { stretch, shift }: KeptPlace, start: number, end: number): void {
    if (index >= this.#room) this.#grow(index * 2);
    this.#live += end - start - (this.#ends[index]! - this.#starts[index]!);
    this.#starts[index] = start + shift;
    this.#ends[index] = end + shift;
    this.#stretchOf[index] = stretch;
  }

  /** The same of nodes from `first` on that have no records yet, which begin at `from` of their source, one after the other. */
  placeAll(first: number, kept: KeptPlace, { from, base, ends }: RecordEnds): void {
    const { stretch, shift } = kept;
    const count = ends.length;
    if (count === 0) return;
    if (first + count > this.#room) this.#grow((first + count) * 3 >>> 1);
    let start = from + shift;
    this.#live += base + ends.at(count - 1) - from;
    for (let i = 0; i < count; i++) {
      const end = base + shift + ends.at(i);
      this.#starts[first + i] = start;
      this.#ends[first + i] = end;
      start = end;
    }
    typedArrayFill(this.#stretchOf, stretch, first, first + count);
  }

  /** Gives replaced records' room back once it is most of the store. */
  compact(): void {
    const used = this.#used + this.#held;
    if (used < 2 * this.#live + TOLERATED_WASTE && this.#stretches.length < MAX_STRETCHES) return;
    const packed = new newUint8Array(this.#live + (this.#live >> 2) + 1024);
    let at = 1;
    for (let i = 0; i < this.#room; i++) {
      const end = this.#ends[i]!;
      if (end === 0) continue;
      const start = this.#starts[i]!;
      bytesSet(packed, bytesSubarray(this.bytesOf(i), start, end), at);
      this.#starts[i] = at;
      this.#ends[i] = at += end - start;
      this.#stretchOf[i] = 0;
    }
    this.#stretches = [packed];
    this.#used = at;
    this.#held = 0;
  }

  #reserve(count: number): void {
    const bytes = this.#stretches[0]!;
    if (this.#used + count <= typedArrayLength(bytes)) return;
    const grown = new newUint8Array((this.#used + count) * 3 >> 1);
    bytesSet(grown, bytesSubarray(bytes, 0, this.#used), 0);
    this.#stretches[0] = grown;
  }

  #grow(room: number): void {
    this.#starts = grownOffsets(this.#starts, room);
    this.#room = room;
    this.#ends = grownOffsets(this.#ends, room);
    const grown = new newUint8Array(room);
    bytesSet(grown, this.#stretchOf, 0);
    this.#stretchOf = grown;
  }
}

/** Where records that follow each other are in their source. */
export interface RecordEnds {
  /** Where the first begins. */
  readonly from: number;
  /** Added to each of {@linkcode ends}. */
  readonly base: number;
  readonly ends: Offsets;
}

/** Where a stretch of records was put. */
export interface KeptPlace {
  readonly stretch: number;
  /** Added to positions in its source. */
  readonly shift: number;
}
