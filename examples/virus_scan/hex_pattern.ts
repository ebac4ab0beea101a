/** A piece of a pattern. */
type Part =
  /** Bytes under masks: `0x4d` under `0xff`, or a nibble such as `4?` as `0x40` under `0xf0`. */
  | { readonly kind: "bytes"; readonly values: Uint8Array; readonly masks: Uint8Array }
  /** Any bytes, at least `min` and at most `max` of them. */
  | { readonly kind: "gap"; readonly min: number; readonly max: number }
  /** One of several byte strings; with `negated`, any string of that length but these. */
  | { readonly kind: "choice"; readonly options: readonly Bytes[]; readonly negated: boolean }
  /** A place between characters: (B) a non-letter or the file's edge, (L) a line's edge, (W) a non-word byte. */
  | { readonly kind: "boundary"; readonly type: "B" | "L" | "W" };

type Bytes = Extract<Part, { kind: "bytes" }>;

/** Bytes which are frequent in files of all kinds and so make poor anchors. */
const FREQUENT = new Set([0x00, 0xff, 0x20, 0x90, 0xcc, 0x8b, 0x65, 0x74]);

/**
 * A byte pattern in the hexadecimal notation of ClamAV and PEiD.
 *
 * `??`, `4?`, `?d` are wildcards, `*` any number of bytes, `{4}` `{2-5}` `{-5}` `{2-}` `[2-5]` counted gaps, `(aa|bbcc)`
 * alternatives, `!(aa|bb)` their negation, `(B)` `(L)` `(W)` boundaries. White space is ignored.
 */
export class HexPattern {
  readonly #parts: readonly Part[];
  /** Where a byte that is always the same lies, from the start of a match; -1 if there is none. */
  readonly #anchorAt: number;
  readonly #anchor: number;
  readonly #minLength: number;

  constructor(text: string) {
    this.#parts = parseParts(text.replace(/\s+/g, ""));
    this.#minLength = this.#parts.reduce((sum, part) => sum + minLengthOf(part), 0);
    const first = this.#parts[0];
    this.#anchorAt = first?.kind === "bytes" ? bestAnchor(first) : -1;
    this.#anchor = first?.kind === "bytes" && this.#anchorAt >= 0 ? first.values[this.#anchorAt]! : 0;
  }

  /** The first place in `from`..`to` (both included) where the pattern starts to match, or -1. */
  find(data: Uint8Array, from: number, to: number): number {
    const last = Math.min(to, data.length - this.#minLength);
    const start = Math.max(from, 0);
    if (this.#anchorAt < 0) {
      for (let at = start; at <= last; at++) if (this.matchesAt(data, at)) return at;
      return -1;
    }
    const shift = this.#anchorAt;
    let at = data.indexOf(this.#anchor, start + shift);
    while (at >= 0 && at <= last + shift) {
      if (this.matchesAt(data, at - shift)) return at - shift;
      at = data.indexOf(this.#anchor, at + 1);
    }
    return -1;
  }

  /** True if the pattern matches starting exactly at `at`. */
  matchesAt(data: Uint8Array, at: number): boolean {
    const first = this.#parts[0]!;
    if (at < 0 || first.kind === "bytes" && !bytesMatch(first, data, at)) return false;
    return this.#matchFrom(data, 0, at, new Set());
  }

  /** `failed` holds (part, position) pairs already tried, so that several gaps don't multiply. */
  #matchFrom(data: Uint8Array, index: number, at: number, failed: Set<number>): boolean {
    for (; index < this.#parts.length; index++) {
      const part = this.#parts[index]!;
      if (part.kind === "bytes") {
        if (!bytesMatch(part, data, at)) return false;
        at += part.values.length;
      } else if (part.kind === "boundary") {
        if (!boundaryMatches(part.type, data, at)) return false;
      } else {
        const key = index * (data.length + 1) + at;
        if (failed.has(key)) return false;
        const found = part.kind === "gap"
          ? this.#matchGap(data, index, at, failed)
          : this.#matchChoice(data, index, at, failed);
        if (!found) failed.add(key);
        return found;
      }
    }
    return at <= data.length;
  }

  #matchGap(data: Uint8Array, index: number, at: number, failed: Set<number>): boolean {
    const part = this.#parts[index] as Extract<Part, { kind: "gap" }>;
    const last = Math.min(at + part.max, data.length);
    for (let next = at + part.min; next <= last; next++) {
      if (this.#matchFrom(data, index + 1, next, failed)) return true;
    }
    return false;
  }

  #matchChoice(data: Uint8Array, index: number, at: number, failed: Set<number>): boolean {
    const part = this.#parts[index] as Extract<Part, { kind: "choice" }>;
    const matching = part.options.filter((option) => bytesMatch(option, data, at));
    if (part.negated) {
      const length = part.options[0]!.values.length;
      return matching.length === 0 && at + length <= data.length &&
        this.#matchFrom(data, index + 1, at + length, failed);
    }
    return matching.some((option) => this.#matchFrom(data, index + 1, at + option.values.length, failed));
  }
}

function bytesMatch({ values, masks }: Bytes, data: Uint8Array, at: number): boolean {
  if (at + values.length > data.length) return false;
  for (let i = 0; i < values.length; i++) if ((data[at + i]! & masks[i]!) !== values[i]) return false;
  return true;
}

function boundaryMatches(type: "B" | "L" | "W", data: Uint8Array, at: number): boolean {
  const before = data[at - 1];
  const after = data[at];
  if (before === undefined || after === undefined) return true;
  const isEdge = type === "L" ? isLineEnd : type === "W" ? isNoWordByte : isNoLetterOrDigit;
  return isEdge(before) || isEdge(after);
}

const isLineEnd = (byte: number) => byte === 0x0a || byte === 0x0d;
const isNoLetterOrDigit = (byte: number) => !/[a-z0-9]/i.test(String.fromCharCode(byte));
const isNoWordByte = (byte: number) => byte !== 0x5f && isNoLetterOrDigit(byte);

function minLengthOf(part: Part): number {
  if (part.kind === "bytes") return part.values.length;
  if (part.kind === "gap") return part.min;
  if (part.kind === "choice") return Math.min(...part.options.map((option) => option.values.length));
  return 0;
}

/** Where a fixed byte lies, one that is rare in files if there is such; -1 if no byte is fixed. */
function bestAnchor({ values, masks }: Bytes): number {
  const fixed = [...values.keys()].filter((i) => masks[i] === 0xff);
  return fixed.find((i) => !FREQUENT.has(values[i]!)) ?? fixed[0] ?? -1;
}

const TOKEN = /(!?)\(([^()]*)\)|[{[](\d*)(-?)(\d*)[}\]]|(\*)|([0-9a-f?]{2})/giy;

function parseParts(text: string): Part[] {
  const parts: Part[] = [];
  let run = "";
  const endRun = () => {
    if (run !== "") parts.push(bytesOf(run));
    run = "";
  };
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      throw new SyntaxError(`Cannot read the pattern: unexpected "${text.slice(at, at + 8)}"`);
    }
    at = TOKEN.lastIndex;
    const [, bang, inside, min, dash, max, star, byte] = match;
    if (byte !== undefined) {
      run += byte;
      continue;
    }
    endRun();
    if (star !== undefined) parts.push({ kind: "gap", min: 0, max: Infinity });
    else if (inside !== undefined) parts.push(choiceOf(inside, bang === "!"));
    else parts.push(gapOf(min!, dash === "-", max!));
  }
  endRun();
  if (!parts.some((part) => part.kind === "bytes" || part.kind === "choice")) {
    throw new SyntaxError("Cannot use the pattern: it fixes no byte");
  }
  return parts;
}

function gapOf(min: string, hasDash: boolean, max: string): Part {
  if (min === "" && max === "") throw new SyntaxError("Cannot read the pattern: a gap without numbers");
  const low = Number(min || 0);
  const high = !hasDash ? low : max === "" ? Infinity : Number(max);
  if (high < low) {
    throw new SyntaxError(`Cannot read the pattern: the gap {${min}-${max}} is the wrong way round`);
  }
  return { kind: "gap", min: low, max: high };
}

function choiceOf(inside: string, negated: boolean): Part {
  if (!negated && (inside === "B" || inside === "L" || inside === "W")) {
    return { kind: "boundary", type: inside };
  }
  const options = inside.split("|").map((option) => {
    if (!/^([0-9a-f?]{2})+$/i.test(option)) {
      throw new SyntaxError(`Cannot read the pattern: the alternative "${option}" is no whole bytes`);
    }
    return bytesOf(option);
  });
  if (negated && new Set(options.map((option) => option.values.length)).size > 1) {
    throw new SyntaxError("Cannot read the pattern: negated alternatives differ in length");
  }
  return { kind: "choice", options, negated };
}

function bytesOf(text: string): Bytes {
  const values = new Uint8Array(text.length / 2);
  const masks = new Uint8Array(text.length / 2);
  for (let i = 0; i < values.length; i++) {
    const pair = text.slice(2 * i, 2 * i + 2);
    values[i] = parseInt(pair.replaceAll("?", "0"), 16);
    masks[i] = parseInt(pair.replace(/[^?]/g, "f").replaceAll("?", "0"), 16);
  }
  return { kind: "bytes", values, masks };
}
