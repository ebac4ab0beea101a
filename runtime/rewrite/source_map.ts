import { decode, encode, type SourceMapMappings, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
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

/** The text with its source map inline, as Deno reads it for stack traces. */
export function withInlineMap(text: string, map: SourceMap): string {
  const bytes = new TextEncoder().encode(JSON.stringify(map)) as Uint8Array & { toBase64(): string };
  return `${text}\n//# sourceMappingURL=data:application/json;base64,${bytes.toBase64()}`;
}

/**
 * The map from a form back to what the person wrote: through `base`, the map of the source the form was made from, or to
 * that source itself. Every token has a segment: Deno takes a segment's own position, not an offset from it.
 */
export function mapForm(form: Form, source: string, url: string, base: SourceMap | undefined): SourceMap {
  const origin = base === undefined ? tokens(source) : segmentsOf(base, source);
  const lines = lineStarts(form.text);
  const mappings: SourceMapMappings = Array.from(lines, () => []);
  let line = 0;
  for (const [at, from, length] of form.chunks) {
    for (let i = firstAtOrBefore(origin.offsets, from); i < origin.offsets.length; i++) {
      const offset = origin.offsets[i]!;
      if (offset >= from + length) break;
      const generated = at + Math.max(0, offset - from);
      while (line + 1 < lines.length && lines[line + 1]! <= generated) line++;
      while (lines[line]! > generated) line--;
      const target = mappings[line]!;
      const column = generated - lines[line]!;
      target.push([column, ...origin.targets[i]!] as SourceMapSegment);
    }
  }
  // What has no position stands at the very start for V8.
  if (origin.offsets[0] === 0 && mappings[0]![0]?.[0] !== 0) {
    mappings[0]!.unshift([0, ...origin.targets[0]!] as SourceMapSegment);
  }
  return {
    version: 3,
    sources: base?.sources ?? [url],
    ...(base?.sourcesContent !== undefined && { sourcesContent: base.sourcesContent }),
    names: base?.names ?? [],
    mappings: encode(mappings),
  };
}

/** What a stack trace says of offsets in the source: `line:column`, both from 1, through `base` if there is one. */
export function tracedPositions(
  offsets: readonly number[],
  source: string,
  base: SourceMap | undefined,
): string[] {
  const starts = lineStarts(source);
  const origin = base === undefined ? undefined : segmentsOf(base, source);
  return offsets.map((offset) => {
    if (origin !== undefined) {
      const target = origin.targets[firstAtOrBefore(origin.offsets, offset)];
      return target === undefined ? "" : `${target[1]! + 1}:${target[2]! + 1}`;
    }
    const line = firstAtOrBefore(starts, offset);
    return `${line + 1}:${offset - starts[line]! + 1}`;
  });
}

interface Origin {
  /** Offsets in the source, ascending. */
  readonly offsets: readonly number[];
  /** What each stands for: a segment without its generated column. */
  readonly targets: readonly (readonly number[])[];
}

function segmentsOf(map: SourceMap, source: string): Origin {
  const starts = lineStarts(source);
  const offsets: number[] = [];
  const targets: number[][] = [];
  decode(map.mappings).forEach((segments, line) => {
    for (const [column, ...target] of segments) {
      if (target.length === 0 || starts[line] === undefined) continue;
      offsets.push(starts[line]! + column);
      targets.push(target);
    }
  });
  return { offsets, targets };
}

function tokens(source: string): Origin {
  const starts = lineStarts(source);
  const offsets: number[] = [];
  const targets: number[][] = [];
  let line = 0;
  for (const match of source.matchAll(/[\w$]+|[^\w$\s]/g)) {
    while (line + 1 < starts.length && starts[line + 1]! <= match.index) line++;
    offsets.push(match.index);
    targets.push([0, line, match.index - starts[line]!]);
  }
  return { offsets, targets };
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
function firstAtOrBefore(offsets: readonly number[], value: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return offsets[low] === value ? low : Math.max(0, low - 1);
}
