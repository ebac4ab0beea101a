import { decode } from "@jridgewell/sourcemap-codec";
import type { Form } from "./forms.ts";

/** A version 3 source map. */
export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly (string | null)[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly names: readonly string[];
  readonly mappings: string;
}

const INLINE = /\n\/\/# sourceMappingURL=data:application\/json[^,\n]*;base64,([A-Za-z0-9+/=]+)\s*$/;

/** Splits the inline source map off a module text, if it ends with one. */
export function splitInlineMap(source: string): { text: string; map: SourceMap | undefined } {
  const match = INLINE.exec(source);
  if (match === null) return { text: source, map: undefined };
  const json = new TextDecoder().decode(Uint8Array.from(atob(match[1]!), (char) => char.charCodeAt(0)));
  return { text: source.slice(0, match.index), map: JSON.parse(json) };
}

/**
 * The map from a form back to what the person wrote: through `base`, the map of the source the form was made from, or to
 * that source itself. Every token has a segment: Deno takes a segment's own position, not an offset from it.
 */
export function mapForm(form: Form, source: string, url: string, base: SourceMap | undefined): SourceMap {
  const origin = base === undefined ? tokens(source) : segmentsOf(base, source);
  const lines = lineStarts(form.text);
  const mappings = new Mappings();
  // What has no position stands at the very start for V8.
  if (origin.count > 0 && origin.offsets[0] === 0 && form.chunks[0]?.[0] !== 0) mappings.add(0, origin, 0);
  let line = 0;
  for (const [at, from, length] of form.chunks) {
    for (let i = firstAtOrBefore(origin, from); i < origin.count; i++) {
      const offset = origin.offsets[i]!;
      if (offset >= from + length) break;
      const generated = at + Math.max(0, offset - from);
      for (; line + 1 < lines.length && lines[line + 1]! <= generated; line++) mappings.nextLine();
      mappings.add(generated - lines[line]!, origin, i);
    }
  }
  return {
    version: 3,
    sources: base?.sources ?? [url],
    ...(base?.sourcesContent !== undefined && { sourcesContent: base.sourcesContent }),
    names: base?.names ?? [],
    mappings: mappings.text(),
  };
}

/** What a stack trace says of offsets in the source: `line:column`, both from 1, through `base` if there is one. */
export function tracedPositions(
  offsets: readonly number[],
  source: string,
  base: SourceMap | undefined,
): string[] {
  if (base !== undefined) {
    const origin = segmentsOf(base, source);
    return offsets.map((offset) => {
      const i = firstAtOrBefore(origin, offset);
      return i >= origin.count ? "" : `${origin.lines[i]! + 1}:${origin.columns[i]! + 1}`;
    });
  }
  const starts = lineStarts(source);
  let line = 0;
  return offsets.map((offset) => {
    while (line > 0 && starts[line]! > offset) line--;
    while (line + 1 < starts.length && starts[line + 1]! <= offset) line++;
    return `${line + 1}:${offset - starts[line]! + 1}`;
  });
}

/** Segments of a source's own map, in columns: offset in the source, and what stands there originally. */
interface Origin {
  readonly count: number;
  /** Ascending. */
  readonly offsets: Int32Array;
  readonly lines: Int32Array;
  readonly columns: Int32Array;
  /** Index of the source, and of the name or -1; undefined for a map without either. */
  readonly sources?: Int32Array;
  readonly names?: Int32Array;
}

function segmentsOf(map: SourceMap, source: string): Origin {
  const starts = lineStarts(source);
  const rows: number[][] = [];
  decode(map.mappings).forEach((segments, line) => {
    for (const [column, from, ...target] of segments) {
      if (from === undefined || starts[line] === undefined) continue;
      rows.push([starts[line]! + column, from, ...target]);
    }
  });
  const column = (n: number, otherwise = 0) => Int32Array.from(rows, (row) => row[n] ?? otherwise);
  return {
    count: rows.length,
    offsets: column(0),
    sources: column(1),
    lines: column(2),
    columns: column(3),
    names: column(4, -1),
  };
}

/** Each word and each other character that is no space is a segment. */
function tokens(source: string): Origin {
  const offsets = new Int32Array(source.length);
  const lines = new Int32Array(source.length);
  const columns = new Int32Array(source.length);
  let count = 0;
  let line = 0;
  let start = 0;
  let inWord = false;
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
    const kind = code < 128 ? KINDS[code]! : OTHER;
    const word = kind === WORD;
    if (word ? !inWord : kind === OTHER) {
      offsets[count] = at;
      lines[count] = line;
      columns[count++] = at - start;
    }
    inWord = word;
    if (code === 10) {
      line++;
      start = at + 1;
    }
  }
  return { count, offsets, lines, columns };
}

const [SPACE, WORD, OTHER] = [0, 1, 2];
/** What the characters of ASCII are. */
const KINDS = Uint8Array.from(
  { length: 128 },
  (_, code) => isWord(code) ? WORD : isSpace(code) ? SPACE : OTHER,
);

function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36;
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

const DIGITS = Uint8Array.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  (char) => char.charCodeAt(0),
);
/** Up to five numbers of up to seven digits each, and a comma. */
const MOST = 36;

/** Writes mappings as version 3 has them: differences in base 64. */
class Mappings {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;
  #first = true;
  #generated = 0;
  #source = 0;
  #line = 0;
  #column = 0;
  #name = 0;

  nextLine(): void {
    this.#reserve();
    this.#bytes[this.#length++] = 0x3b;
    this.#first = true;
    this.#generated = 0;
  }

  /** Segment `i` of `origin`, at a column of the current line. */
  add(column: number, origin: Origin, i: number): void {
    this.#reserve();
    if (!this.#first) this.#bytes[this.#length++] = 0x2c;
    this.#first = false;
    const [source, line, original] = [origin.sources?.[i] ?? 0, origin.lines[i]!, origin.columns[i]!];
    this.#number(column - this.#generated);
    this.#number(source - this.#source);
    this.#number(line - this.#line);
    this.#number(original - this.#column);
    [this.#generated, this.#source, this.#line, this.#column] = [column, source, line, original];
    const name = origin.names?.[i] ?? -1;
    if (name < 0) return;
    this.#number(name - this.#name);
    this.#name = name;
  }

  text(): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, this.#length));
  }

  #number(value: number): void {
    let rest = value < 0 ? (-value << 1) | 1 : value << 1;
    do {
      const digit = rest & 31;
      rest >>>= 5;
      this.#bytes[this.#length++] = DIGITS[rest > 0 ? digit | 32 : digit]!;
    } while (rest > 0);
  }

  #reserve(): void {
    if (this.#length + MOST <= this.#bytes.length) return;
    const more = new Uint8Array(2 * this.#bytes.length);
    more.set(this.#bytes);
    this.#bytes = more;
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/**
 * The segment that Deno takes for an offset: the first of those that stand there, else the last before (a stretch starts
 * inside a token), or 0.
 */
function firstAtOrBefore({ offsets, count }: Origin, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low < count && offsets[low] === value ? low : Math.max(0, low - 1);
}
