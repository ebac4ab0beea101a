import { patchOf } from "./byte_patch.ts";
import { bytesSubarray, typedArrayLength } from "./intrinsics.ts";
import type { KeptRecords } from "./kept_records.ts";
import { Writer } from "./writer.ts";

/** Shorter records travel whole: comparing them takes longer than sending. */
const WORTH_PATCH_BYTES = 256;

/** New records of nodes that the other side knows. A long one that is much as it was travels as a patch of that. */
export class ChangedRecords {
  /** Where records are written, one after the other. */
  readonly w = new Writer();
  /** Of the nodes whose records changed. */
  readonly indexes: number[] = [];
  readonly #ends: number[] = [];
  /** By place in {@linkcode indexes}. */
  readonly #patches: (Uint8Array | undefined)[] = [];
  #patchCount = 0;
  readonly #kept: KeptRecords;

  constructor(kept: KeptRecords) {
    this.#kept = kept;
    // No record that is kept may begin at 0.
    this.w.byte(0);
  }

  /** Takes what was written from `start` on as a node's record. */
  take(index: number, start: number, mayBePatch: boolean): void {
    const nth = this.indexes.length;
    this.indexes[nth] = index;
    this.#ends[nth] = this.w.at;
    const patch = mayBePatch ? this.#patch(index, start) : undefined;
    this.#patches[nth] = patch;
    if (patch !== undefined) this.#patchCount++;
  }

  #patch(index: number, start: number): Uint8Array | undefined {
    const kept = this.#kept, { w } = this;
    const end = kept.end(index);
    if (end === 0 || w.at - start < WORTH_PATCH_BYTES) return undefined;
    const before = { bytes: kept.bytesOf(index), from: kept.start(index), to: end };
    return patchOf(before, { bytes: w.bytes, from: start, to: w.at });
  }

  /** Writes them: nodes and records of those that travel whole, then each of the others with its patch. */
  write(w: Writer, origin: number): void {
    const { indexes } = this;
    w.varint(indexes.length - this.#patchCount);
    for (let i = 0; i < indexes.length; i++) {
      if (this.#patches[i] === undefined) w.varint(origin + indexes[i]!);
    }
    for (let from = 0; from < indexes.length;) {
      let to = from;
      while (to < indexes.length && this.#patches[to] === undefined) to++;
      w.raw(bytesSubarray(this.w.bytes, this.#start(from), this.#start(to)));
      from = to + 1;
    }
    w.varint(this.#patchCount);
    for (let i = 0; i < indexes.length; i++) {
      const patch = this.#patches[i];
      if (patch === undefined) continue;
      w.varint(origin + indexes[i]!);
      w.raw(patch);
    }
  }

  #start(nth: number): number {
    return nth === 0 ? 1 : this.#ends[nth - 1]!;
  }

  /** How many bytes one takes in the packet. */
  bytes(nth: number): number {
    const patch = this.#patches[nth];
    return patch === undefined ? this.#ends[nth]! - this.#start(nth) : typedArrayLength(patch);
  }

  /** Makes them what the next ones are compared with; nothing may be written any more. */
  keep(): void {
    const kept = this.#kept;
    const place = kept.append(this.w.bytes, 1, this.w.at, true);
    for (let i = 0; i < this.indexes.length; i++) {
      kept.place(this.indexes[i]!, place, this.#start(i), this.#ends[i]!);
    }
  }
}
