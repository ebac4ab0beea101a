/**
 * Contents that came together lie in one file, a pack: `u32 BE count | (hash | u32 BE length) … | contents`. One that came
 * alone is a file named by its hash, with nothing else in it. A pack is written once and never changed: what isn't as long
 * as it says was cut off, and goes.
 */
import { fewerPieces, HASH_BYTES, joinBytes, readAt, readRange } from "../../runtime/mod.ts";
import { MAX_JOINED_BYTES } from "./constants.ts";

const PRIVATE_FILE_MODE = 0o600;
const ROW_BYTES = HASH_BYTES + 4;
/** No header is longer: a pack of more contents would be none of ours. */
const MAX_ROWS = 1024 * 1024;
const ALONE = /^[0-9a-f]{64}$/;
const TOGETHER = /^[0-9a-f]{32}\.pack$/;

/** Where a content lies in a pack. */
export interface PackedAt {
  /** Its hash in hex. */
  readonly hash: string;
  readonly at: number;
  readonly bytes: number;
}

/** A pack's name, what it is made of, and where each content is in it. */
export interface Packed {
  readonly name: string;
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  readonly rows: readonly PackedAt[];
}

/** Lays contents out; at least one. */
export function layOut(contents: readonly { hash: string; content: Uint8Array }[]): Packed {
  const [first] = contents;
  if (contents.length === 1) {
    const { hash, content } = first!;
    return {
      name: hash,
      parts: [content],
      bytes: content.length,
      rows: [{ hash, at: 0, bytes: content.length }],
    };
  }
  const header = new Uint8Array(4 + contents.length * ROW_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, contents.length);
  const rows: PackedAt[] = [];
  let at = header.length;
  contents.forEach(({ hash, content }, i) => {
    header.set(Uint8Array.fromHex(hash), 4 + i * ROW_BYTES);
    view.setUint32(4 + i * ROW_BYTES + HASH_BYTES, content.length);
    rows.push({ hash, at, bytes: content.length });
    at += content.length;
  });
  const name = `${crypto.getRandomValues(new Uint8Array(16)).toHex()}.pack`;
  return { name, parts: [header, ...contents.map(({ content }) => content)], bytes: at, rows };
}

/** What is in a pack, by its header; undefined if it is none, or not whole. */
export function readRows(path: string, name: string): readonly PackedAt[] | undefined {
  try {
    using file = Deno.openSync(path);
    const { size } = file.statSync();
    if (ALONE.test(name)) return [{ hash: name, at: 0, bytes: size }];
    if (!TOGETHER.test(name)) return undefined;
    const count = new DataView(whole(readAt(file, 0, 4), 4).buffer).getUint32(0);
    if (count > MAX_ROWS || 4 + count * ROW_BYTES > size) return undefined;
    const header = whole(readAt(file, 4, count * ROW_BYTES), count * ROW_BYTES);
    const view = new DataView(header.buffer);
    const rows: PackedAt[] = [];
    let at = 4 + header.length;
    for (let row = 0; row < header.length; row += ROW_BYTES) {
      const bytes = view.getUint32(row + HASH_BYTES);
      rows.push({ hash: header.subarray(row, row + HASH_BYTES).toHex(), at, bytes });
      at += bytes;
    }
    return at === size ? rows : undefined;
  } catch {
    return undefined;
  }
}

/** Some bytes of a pack. @throws {Error} if they aren't there */
export function readPacked(path: string, { at, bytes }: Pick<PackedAt, "at" | "bytes">): Uint8Array {
  return whole(readRange(path, at, bytes), bytes);
}

function whole(found: Uint8Array, bytes: number): Uint8Array {
  if (found.length < bytes) throw new RangeError("Cannot read a pack: it is cut off");
  return found;
}

/** Writes a pack under its name in one step, readable by nobody else. */
export async function writePack(path: string, { parts }: Packed): Promise<void> {
  const draft = `${path}.tmp`;
  try {
    await writePieces(draft, fewerPieces(parts, MAX_JOINED_BYTES));
    await Deno.rename(draft, path);
  } catch (error) {
    discard(draft);
    throw error;
  }
}

async function writePieces(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true, mode: PRIVATE_FILE_MODE });
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) at += await file.write(piece.subarray(at));
  }
}

/** As {@linkcode writePack}, before it returns. */
export function writePackSync(path: string, { parts }: Packed): void {
  const draft = `${path}.tmp`;
  try {
    Deno.writeFileSync(draft, parts.length === 1 ? parts[0]! : joinBytes(parts), { mode: PRIVATE_FILE_MODE });
    Deno.renameSync(draft, path);
  } catch (error) {
    discard(draft);
    throw error;
  }
}

/** Removes a file, if it is there and can be. */
export function discard(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made, or is gone.
  }
}
