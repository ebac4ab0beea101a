import { HexPattern } from "./hex_pattern.ts";
import {
  type HashAlgorithm,
  HashSignature,
  type Offset,
  PatternSignature,
  type Signature,
} from "./signature.ts";

const ALGORITHMS: Readonly<Record<number, HashAlgorithm>> = { 32: "md5", 40: "sha1", 64: "sha256" };

/** Reads a line of a ClamAV `.ndb` file: `Name:TargetType:Offset:HexSignature[:MinLevel[:MaxLevel]]`. */
export function parseNdbLine(line: string): Signature {
  const [name, target, offset, hex] = line.trim().split(":");
  if (!name || target === undefined || offset === undefined || !hex) {
    throw new SyntaxError("Cannot read the line: it has fewer than four fields");
  }
  if (!/^\d+$/.test(target)) throw new SyntaxError(`Cannot read the target type "${target}"`);
  return new PatternSignature(name, new HexPattern(hex), parseOffset(offset), Number(target));
}

/** Reads a line of a ClamAV `.hdb` or `.hsb` file: `Hash:Size:Name[:MinLevel[:MaxLevel]]`; the size may be `*`. */
export function parseHashLine(line: string): Signature {
  const [digest, size, name] = line.trim().split(":");
  const algorithm = ALGORITHMS[digest?.length ?? 0];
  if (!name || algorithm === undefined || !/^[0-9a-f]+$/i.test(digest!)) {
    throw new SyntaxError("Cannot read the line: it does not start with a hash and a size");
  }
  if (size !== "*" && !/^\d+$/.test(size!)) throw new SyntaxError(`Cannot read the size "${size}"`);
  return new HashSignature(name, algorithm, digest!.toLowerCase(), size === "*" ? undefined : Number(size));
}

/** Reads an offset: `*`, `n`, `EOF-n`, `EP+n`, `EP-n`, `Sx+n`, `SL+n`, each with an optional `,maxshift`. */
export function parseOffset(text: string): Offset {
  if (text === "*") return { from: "anywhere" };
  const match = /^(?:(EOF)-|(EP)([+-])|S(\d+|L)\+)?(\d+)(?:,(\d+))?$/.exec(text);
  if (match === null) throw new SyntaxError(`Cannot use the offset "${text}"`);
  const [, end, entry, sign, section, digits, shiftDigits] = match;
  const distance = Number(digits);
  const shift = Number(shiftDigits ?? 0);
  if (end) return { from: "end", distance, shift };
  if (entry) return { from: "entry", distance: sign === "-" ? -distance : distance, shift };
  if (section) return { from: "section", index: section === "L" ? "last" : Number(section), distance, shift };
  return { from: "start", distance, shift };
}
