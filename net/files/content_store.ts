import { join } from "node:path";
import { HASH_BYTES, MAX_BLOB_BYTES } from "../../runtime/mod.ts";
import { nameOf } from "./content_names.ts";
import { AT_ONCE_BYTES, DEFAULT_STORE_BYTES, MAX_UNWRITTEN_BYTES } from "./constants.ts";
import { discard, layOut, type Packed, readPacked, readRows, writePack, writePackSync } from "./pack_file.ts";

/**
 * Content by SHA-256, apart for each device: what one device sent is never read for another, so nobody learns what
 * others have. Bounded in bytes; what was used longest ago goes first.
 */
export interface ContentStore {
  /** The content, checked against its hash as it is read; undefined if it isn't there or was damaged. */
  get(device: string, hash: Uint8Array): Promise<Uint8Array | undefined>;
  /** Whether the content is there, as far as one can tell without reading it; it counts as used. */
  has(device: string, hash: Uint8Array): boolean;
  /** Keeps content. @throws {Error} if it doesn't have that hash, or can't be written. */
  put(device: string, hash: Uint8Array, content: Uint8Array): Promise<void>;
  /**
   * Keeps contents that came together, under their hashes in hex, which the caller made of them. They are there at once and
   * written soon; the promise, if any, settles when more may come. What can't be written is lost.
   */
  putAll(
    device: string,
    contents: readonly Uint8Array[],
    names: readonly string[],
  ): Promise<void> | undefined;
  /** Settles when all that was put is written, or lost. */
  written(): Promise<void>;
  /** This moment, for {@linkcode lostSince}. */
  mark(): number;
  /** Whether something was lost that the device put, or asked for, since then, for want of space. */
  lostSince(device: string, mark: number): boolean;
  /** Removes all that a device sent. */
  wipe(device: string): Promise<void>;
  /** Drops what a device has kept beyond its quota, least recently used first. */
  trim(device: string): void;
  /** Bytes on the disk for one device. */
  bytesOf(device: string): number;
  /** The devices whose content is kept. */
  devices(): readonly string[];
  /** Bytes on the disk for all devices. */
  readonly bytes: number;
}

/** True if content has the hash. */
export function hasHash(content: Uint8Array, expected: Uint8Array): boolean {
  return expected.length === HASH_BYTES && nameOf(content) === expected.toHex();
}

/** Bounds of a {@linkcode ContentStore}, bytes. */
export interface StoreBounds {
  /** Of all devices together. */
  readonly maxBytes?: number;
  /** Of one device, now: asked each time, so that it can change. */
  quotaOf?(device: string): number;
}

/** Opens a store in a folder, making it if need be. It assumes that no other process writes there. */
export async function openContentStore(
  folder: string,
  { maxBytes = DEFAULT_STORE_BYTES, quotaOf = () => maxBytes }: StoreBounds = {},
): Promise<ContentStore> {
  const store = new FolderStore(folder, { maxBytes, quotaOf });
  await store.load();
  return store;
}

/** One file of the store. */
interface Pack {
  readonly device: string;
  readonly path: string;
  readonly bytes: number;
  /** Keys of what is in it and wasn't dropped. */
  readonly live: Set<string>;
  /** Bytes of what was. */
  dead: number;
  writing: boolean;
}

interface Item {
  pack: Pack;
  at: number;
  readonly bytes: number;
  /** When it was used last. */
  used: number;
  /** Until it is written. */
  content?: Uint8Array;
}

/** A pack of which so much is dropped is written anew. */
const DEAD_SHARE = 0.25;

class FolderStore implements ContentStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #quotaOf: (device: string) => number;
  /** Bytes by device. */
  readonly #bytesOf = new Map<string, number>();
  /** By `device/hash`, least recently used first. */
  readonly #items = new Map<string, Item>();
  #bytes = 0;
  #clock = 0;
  /** When the latest used of what a device lost was used. */
  readonly #lost = new Map<string, number>();
  readonly #writes = new Set<Promise<void>>();
  #unwritten = 0;

  constructor(folder: string, { maxBytes, quotaOf }: Required<StoreBounds>) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#quotaOf = quotaOf;
  }

  get bytes(): number {
    return this.#bytes;
  }

  devices(): readonly string[] {
    return [...this.#bytesOf].filter(([, bytes]) => bytes > 0).map(([device]) => device).sort();
  }

  async load(): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const found: { device: string; name: string; bytes: number; at: number }[] = [];
    for await (const device of Deno.readDir(this.#folder)) {
      if (!device.isDirectory) continue;
      for await (const { name } of Deno.readDir(join(this.#folder, device.name))) {
        const info = await Deno.stat(join(this.#folder, device.name, name)).catch(() => undefined);
        if (info === undefined) continue;
        found.push({ device: device.name, name, bytes: info.size, at: info.mtime?.getTime() ?? 0 });
      }
    }
    for (const { device, name, bytes } of found.sort((a, b) => a.at - b.at)) {
      const path = join(this.#folder, device, name);
      const rows = readRows(path, name);
      if (rows === undefined) discard(path);
      else this.#take({ device, path, bytes, live: new Set(), dead: 0, writing: false }, rows);
    }
    this.#evict();
  }

  get(device: string, hash: Uint8Array): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#read(keyOf(device, hash.toHex()), hash));
  }

  #read(key: string, hash: Uint8Array): Uint8Array | undefined {
    const item = this.#items.get(key);
    if (item === undefined) return undefined;
    let content = item.content;
    try {
      content ??= readPacked(item.pack.path, item);
    } catch {
      // It is gone, or the disk fails.
    }
    if (content === undefined || !hasHash(content, hash)) {
      this.#remove(key, item);
      return undefined;
    }
    this.#use(key, item);
    return content;
  }

  has(device: string, hash: Uint8Array): boolean {
    const key = keyOf(device, hash.toHex());
    const item = this.#items.get(key);
    if (item !== undefined) this.#use(key, item);
    return item !== undefined;
  }

  async put(device: string, hash: Uint8Array, content: Uint8Array): Promise<void> {
    if (!hasHash(content, hash)) {
      throw new Error("Cannot store content: it doesn't have the hash it was sent under");
    }
    await this.#keep(device, [{ hash: hash.toHex(), content }]);
  }

  putAll(
    device: string,
    contents: readonly Uint8Array[],
    names: readonly string[],
  ): Promise<void> | undefined {
    this.#keep(device, contents.map((content, i) => ({ hash: names[i]!, content }))).catch(() => {});
    return this.#unwritten > MAX_UNWRITTEN_BYTES ? Promise.race(this.#writes) : undefined;
  }

  async written(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  mark(): number {
    return ++this.#clock;
  }

  lostSince(device: string, mark: number): boolean {
    return (this.#lost.get(device) ?? 0) > mark;
  }

  /** Notes contents as a pack and writes it; settles when that is done. */
  async #keep(device: string, contents: readonly { hash: string; content: Uint8Array }[]): Promise<void> {
    const fitting = this.#fitting(device, contents);
    if (fitting.length === 0) return;
    const packed = layOut(fitting);
    const path = join(this.#folder, device, packed.name);
    const pack: Pack = {
      device,
      path,
      bytes: packed.bytes,
      live: new Set(),
      dead: 0,
      writing: true,
    };
    this.#take(pack, packed.rows);
    for (const { hash, content } of fitting) this.#items.get(keyOf(device, hash))!.content = content;
    const writing = this.#write(pack, packed);
    this.trim(device);
    this.#evict();
    await writing;
  }

  /** What isn't there yet and has room; of more than there may be, the last. */
  #fitting(device: string, contents: readonly { hash: string; content: Uint8Array }[]) {
    const most = Math.min(MAX_BLOB_BYTES, this.#maxBytes, this.#quotaOf(device));
    const fitting = new Map<string, { hash: string; content: Uint8Array }>();
    let bytes = 0;
    for (const item of contents.toReversed()) {
      if (this.#items.has(keyOf(device, item.hash)) || fitting.has(item.hash)) continue;
      bytes += item.content.length + (contents.length > 1 ? 4 + HASH_BYTES + 4 : 0);
      if (bytes > most) {
        this.#lost.set(device, ++this.#clock);
        break;
      }
      fitting.set(item.hash, item);
    }
    return [...fitting.values()].reverse();
  }

  /** A small pack is written sooner than a thread is asked to do it. */
  #write(pack: Pack, packed: Packed): Promise<void> {
    const write = async () => {
      Deno.mkdirSync(join(this.#folder, pack.device), { recursive: true, mode: 0o700 });
      if (packed.bytes <= AT_ONCE_BYTES) writePackSync(pack.path, packed);
      else await writePack(pack.path, packed);
    };
    this.#unwritten += pack.bytes;
    const done = write().then(() => this.#wrote(pack), (error) => {
      this.#forget(pack);
      throw error;
    }).finally(() => {
      this.#unwritten -= pack.bytes;
      this.#writes.delete(waited);
    });
    const waited = done.catch(() => {});
    this.#writes.add(waited);
    return done;
  }

  #wrote(pack: Pack): void {
    pack.writing = false;
    for (const key of pack.live) delete this.#items.get(key)!.content;
    this.#tidy(pack);
  }

  /** The pack isn't there: nothing of it is. */
  #forget(pack: Pack): void {
    pack.writing = true;
    for (const key of [...pack.live]) this.#drop(key);
    this.#count(pack.device, -pack.bytes);
    this.#lost.set(pack.device, ++this.#clock);
  }

  trim(device: string): void {
    const quota = this.#quotaOf(device);
    for (const key of this.#items.keys()) {
      if (this.bytesOf(device) <= quota) return;
      if (key.startsWith(`${device}/`)) this.#drop(key);
    }
  }

  bytesOf(device: string): number {
    return this.#bytesOf.get(device) ?? 0;
  }

  async wipe(device: string): Promise<void> {
    for (const key of this.#items.keys()) if (key.startsWith(`${device}/`)) this.#drop(key);
    await this.written();
    await Deno.remove(join(this.#folder, device), { recursive: true }).catch(() => {});
  }

  /** Counts a pack, and what is in it that isn't elsewhere. */
  #take(pack: Pack, rows: Packed["rows"]): void {
    this.#count(pack.device, pack.bytes);
    for (const { hash, at, bytes } of rows) {
      const key = keyOf(pack.device, hash);
      if (this.#items.has(key)) pack.dead += bytes;
      else {
        this.#items.set(key, { pack, at, bytes, used: ++this.#clock });
        pack.live.add(key);
      }
    }
    this.#tidy(pack);
  }

  #use(key: string, item: Item): void {
    item.used = ++this.#clock;
    this.#items.delete(key);
    this.#items.set(key, item);
  }

  #count(device: string, bytes: number): void {
    this.#bytes += bytes;
    this.#bytesOf.set(device, this.bytesOf(device) + bytes);
  }

  #drop(key: string): void {
    const item = this.#items.get(key)!;
    const { device } = item.pack;
    this.#lost.set(device, Math.max(item.used, this.#lost.get(device) ?? 0));
    this.#remove(key, item);
  }

  #remove(key: string, { pack, bytes }: Item): void {
    this.#items.delete(key);
    pack.live.delete(key);
    pack.dead += bytes;
    this.#tidy(pack);
  }

  /** Frees what dropped contents take on the disk. */
  #tidy(pack: Pack): void {
    if (pack.writing) return;
    if (pack.live.size > 0 && pack.dead < pack.bytes * DEAD_SHARE) return;
    if (pack.live.size > 0) this.#rewrite(pack);
    this.#count(pack.device, -pack.bytes);
    discard(pack.path);
  }

  /** Writes what is left of a pack as another one; what can't be is lost. */
  #rewrite({ device, path, live }: Pack): void {
    const left = [...live].flatMap((key) => {
      const item = this.#items.get(key)!;
      try {
        const content = readPacked(path, item);
        return [{ key, item, hash: key.slice(device.length + 1), content }];
      } catch {
        this.#items.delete(key);
        return [];
      }
    });
    if (left.length === 0) return;
    const packed = layOut(left);
    const pack: Pack = {
      device,
      path: join(this.#folder, device, packed.name),
      bytes: packed.bytes,
      live: new Set(left.map(({ key }) => key)),
      dead: 0,
      writing: false,
    };
    try {
      writePackSync(pack.path, packed);
      this.#count(device, pack.bytes);
      left.forEach(({ item }, i) => Object.assign(item, { pack, at: packed.rows[i]!.at }));
    } catch {
      for (const { key } of left) this.#items.delete(key);
      this.#lost.set(device, ++this.#clock);
    }
  }

  #evict(): void {
    for (const key of this.#items.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#drop(key);
    }
  }
}

function keyOf(device: string, hash: string): string {
  if (!/^[0-9A-Za-z]+$/.test(device)) {
    throw new TypeError(`Cannot store content for device ${device}: no peer id`);
  }
  return `${device}/${hash}`;
}
