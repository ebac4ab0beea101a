import { HexPattern } from "./hex_pattern.ts";
import { type Offset, PatternSignature, type Signature } from "./signature.ts";

/** A signature that could not be used, and why. */
export interface Refused {
  readonly name: string;
  readonly reason: string;
}

/** How a PEiD file is read. */
export interface PeidOptions {
  /** Looks for every signature in the whole file, also for those marked `ep_only`, as PEiD's hardcore scan does. */
  readonly hardcore?: boolean;
}

/** Reads a PEiD `userdb.txt`: `[name]`, then `signature = …`, `ep_only = …` and perhaps `section_start_only = …`. */
export function parseUserdb(
  text: string,
  options: PeidOptions = {},
): { signatures: Signature[]; refused: Refused[] } {
  const signatures: Signature[] = [];
  const refused: Refused[] = [];
  for (const [name, values] of entriesOf(text)) {
    try {
      const hex = values.get("signature");
      if (hex === undefined) throw new SyntaxError("it has no signature line");
      signatures.push(new PatternSignature(name, new HexPattern(hex), offsetOf(values, options)));
    } catch (error) {
      refused.push({ name, reason: (error as Error).message });
    }
  }
  return { signatures, refused };
}

function* entriesOf(text: string): Iterable<[name: string, values: Map<string, string>]> {
  let name: string | undefined;
  let values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[(.*)\]\s*$/.exec(line);
    const pair = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line);
    if (header) {
      if (name !== undefined) yield [name, values];
      name = header[1]!.trim();
      values = new Map();
    } else if (pair) values.set(pair[1]!.toLowerCase(), pair[2]!);
  }
  if (name !== undefined) yield [name, values];
}

function offsetOf(values: ReadonlyMap<string, string>, { hardcore = false }: PeidOptions): Offset {
  if (hardcore) return { from: "anywhere" };
  if (values.get("ep_only")?.toLowerCase() === "true") return { from: "entry", distance: 0, shift: 0 };
  if (values.get("section_start_only")?.toLowerCase() === "true") {
    return { from: "section", index: "every", distance: 0, shift: 0 };
  }
  return { from: "anywhere" };
}
