import type { Reference, Site, Variable } from "./model.ts";

/** How a stretch of a module is written out: what names mean there. */
export interface Style {
  /** The text for a variable; its own name if nothing changes. */
  ref(variable: Variable, read: boolean): string;
  /** The text for one of the rewriter's own names (`K`, `I`, `C`). */
  own(name: string): string;
  /** Whether migration points are put in. */
  readonly points: boolean;
  /** Whether every function that hosts may enter has a check: the text will stand at a guest. */
  readonly watches: boolean;
  /** Whether the text will stand outside of its module. */
  readonly apart: boolean;
  /** What is being made anew; of a class, heritage and statics are left out. */
  readonly making: Site | null;
  /** The function whose parameters are being moved into its body. */
  readonly moving: Site | null;
  /** False if `ref` never changes a name: references needn't be looked at. */
  readonly renames: boolean;
}

/** Text put in at, or in place of, a range of the source. */
export interface Edit {
  readonly at: number;
  readonly end: number;
  /** `open` belongs to what follows, `close` to what precedes. */
  readonly side: "open" | "close";
  readonly depth: number;
  readonly text: (style: Style) => string;
  /** What follows the text: a stretch of the source that stands elsewhere, written out in its own right. */
  readonly moved?: (style: Style) => readonly Piece[];
  /** Offset in the source that stack traces have for the text. */
  readonly standsFor?: number;
  /** In which styles; in all if left out. */
  readonly when?: (style: Style) => boolean;
}

/** Text of a form: source kept (`from` is its offset) or text put in (`from` is -1). */
export interface Piece {
  readonly text: string;
  readonly from: number;
  /** For text put in that the engine names as a position of the source: that position is `from`. */
  readonly standsFor?: true;
}

/** A module's text with edits; any stretch of it can be written out in any style. Edits never overlap partly. */
export class Renderer {
  readonly #source: string;
  readonly #references: readonly Reference[];
  readonly #edits: Edit[] = [];
  #sorted = true;

  constructor(source: string, references: readonly Reference[]) {
    this.#source = source;
    this.#references = references;
  }

  add(edit: Edit): void {
    this.#edits.push(edit);
    this.#sorted = false;
  }

  /** Writes out the range. Insertions at its very edges count from `depth` on: others belong to what is around. */
  render(start: number, end: number, style: Style, depth = 0): string {
    return this.pieces(start, end, style, depth).map((piece) => piece.text).join("");
  }

  /** The range as pieces. */
  pieces(start: number, end: number, style: Style, depth = 0): Piece[] {
    this.#sort();
    const pieces: Piece[] = [];
    let at = start;
    let reference = style.renames
      ? lowerBound(this.#references, start, (item) => item.start)
      : this.#references.length;
    const keep = (to: number) => {
      for (; reference < this.#references.length && this.#references[reference]!.start < to; reference++) {
        const item = this.#references[reference]!;
        if (item.start < at || item.variable === null || item.silent) continue;
        const text = renamed(item, style);
        if (text === undefined) continue;
        if (item.start > at) pieces.push({ text: this.#source.slice(at, item.start), from: at });
        pieces.push({ text, from: -1 });
        at = item.end;
      }
      if (to > at) pieces.push({ text: this.#source.slice(at, to), from: at });
      at = Math.max(at, to);
    };
    let replaced = { end: -1, depth: 0 };
    for (let i = lowerBound(this.#edits, start, (edit) => edit.at); i < this.#edits.length; i++) {
      const edit = this.#edits[i]!;
      if (edit.at > end || (edit.at === end && edit.side === "open")) break;
      if (edit.at < at || (edit.at === start && edit.side === "close")) continue;
      // What ends with a range that was replaced went with it.
      if (edit.at === replaced.end && edit.side === "close" && edit.depth > replaced.depth) continue;
      if (edit.depth < depth && edit.at === (edit.side === "open" ? start : end)) continue;
      if (edit.when !== undefined && !edit.when(style)) continue;
      const text = edit.text(style);
      keep(edit.at);
      if (text !== "") {
        pieces.push(
          edit.standsFor === undefined ? { text, from: -1 } : { text, from: edit.standsFor, standsFor: true },
        );
      }
      if (edit.moved !== undefined) pieces.push(...edit.moved(style));
      if (edit.end > at) {
        at = edit.end;
        replaced = edit;
      }
    }
    keep(end);
    return pieces;
  }

  #sort(): void {
    if (this.#sorted) return;
    const rank = (edit: Edit) => edit.side === "close" ? -1 - edit.depth : edit.depth + 1;
    const order = new Map(this.#edits.map((edit, index) => [edit, index]));
    this.#edits.sort((a, b) => {
      if (a.at !== b.at) return a.at - b.at;
      if (a.side !== b.side) return a.side === "close" ? -1 : 1;
      return rank(a) - rank(b) || order.get(a)! - order.get(b)!;
    });
    this.#sorted = true;
  }
}

function renamed(reference: Reference, style: Style): string | undefined {
  const variable = reference.variable!;
  const text = style.ref(variable, reference.read && !reference.write);
  if (text === variable.name || (variable.kind === "pseudo" && text === reference.name)) return undefined;
  if (reference.shorthand) return `${reference.name}:${text}`;
  const whole = reference.callee ? `(0,${text})` : text;
  return reference.leads && whole.startsWith("(") ? `;${whole}` : whole;
}

function lowerBound<T>(items: readonly T[], value: number, key: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(items[middle]!) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
