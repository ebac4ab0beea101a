import { createHash } from "node:crypto";
import type { FileFormat } from "./file_format.ts";
import type { HexPattern } from "./hex_pattern.ts";

/** A file as signatures see it. */
export interface Sample {
  readonly data: Uint8Array;
  readonly format: FileFormat;
  /** The file's hash, computed at most once. */
  hash(algorithm: HashAlgorithm): string;
}

export type HashAlgorithm = "md5" | "sha1" | "sha256";

/** One thing to look for. */
export abstract class Signature {
  constructor(readonly name: string) {}

  abstract matches(sample: Sample): boolean;
}

/** A whole file's hash and, if known, size. */
export class HashSignature extends Signature {
  constructor(
    name: string,
    readonly algorithm: HashAlgorithm,
    readonly digest: string,
    readonly size: number | undefined,
  ) {
    super(name);
  }

  override matches(sample: Sample): boolean {
    if (this.size !== undefined && this.size !== sample.data.length) return false;
    return sample.hash(this.algorithm) === this.digest;
  }
}

/** Where a pattern may start. `shift` allows that many bytes more. */
export type Offset =
  | { readonly from: "anywhere" }
  | { readonly from: "start"; readonly distance: number; readonly shift: number }
  | { readonly from: "end"; readonly distance: number; readonly shift: number }
  | { readonly from: "entry"; readonly distance: number; readonly shift: number }
  | {
    readonly from: "section";
    readonly index: number | "last" | "every";
    readonly distance: number;
    readonly shift: number;
  };

/** A byte pattern, for files of one kind (0: all), at one place or anywhere. */
export class PatternSignature extends Signature {
  constructor(
    name: string,
    readonly pattern: HexPattern,
    readonly offset: Offset = { from: "anywhere" },
    readonly target = 0,
  ) {
    super(name);
  }

  override matches({ data, format }: Sample): boolean {
    if (this.target !== 0 && this.target !== format.target) return false;
    const { offset } = this;
    if (offset.from === "anywhere") return this.pattern.find(data, 0, data.length) >= 0;
    return this.#starts(data, format).some((start) =>
      start >= 0 && this.pattern.find(data, start, start + offset.shift) >= 0
    );
  }

  #starts(data: Uint8Array, { entryPoint, sections }: FileFormat): number[] {
    const { offset } = this;
    if (offset.from === "anywhere") return [0];
    if (offset.from === "start") return [offset.distance];
    if (offset.from === "end") return [data.length - offset.distance];
    if (offset.from === "entry") return entryPoint === undefined ? [] : [entryPoint + offset.distance];
    const chosen = offset.index === "every"
      ? sections
      : sections.slice(offset.index === "last" ? -1 : offset.index).slice(0, 1);
    return chosen.map((section) => section.start + offset.distance);
  }
}

/** A sample of these bytes. */
export function sampleOf(data: Uint8Array, format: FileFormat): Sample {
  const hashes = new Map<HashAlgorithm, string>();
  return {
    data,
    format,
    hash(algorithm) {
      let digest = hashes.get(algorithm);
      if (digest === undefined) {
        digest = createHash(algorithm).update(data).digest("hex");
        hashes.set(algorithm, digest);
      }
      return digest;
    },
  };
}
