import { hash } from "node:crypto";
import { join } from "node:path";
import { writePrivateFile } from "../home/mod.ts";
import { HASH_BYTES, MAX_BLOB_BYTES } from "../../runtime/mod.ts";
import { DEFAULT_STORE_BYTES } from "./constants.ts";

/**
 * Content by SHA-256, apart for each device: what one device sent is never read for another, so nobody learns what
 * others have. Bounded in bytes; what was used longest ago goes first.
 */
export interface ContentStore {
  /** The content, checked against its hash as it is read; undefined if it isn't there or was damaged. */
  get(device: string, hash: Uint8Array): Promise<Uint8Array | undefined>;
  /** Whether the content is there, as far as one can tell without reading it; it counts as used. */
  has(device: string, hash: Uint8Array): boolean;
  /** Keeps content. @throws {Error} if it doesn't have that hash. */
  put(device: string, hash: Uint8Array, content: Uint8Array): Promise<void>;
  /** As {@linkcode put}, under the hash that it has, told at once in hex; `kept` settles when it is stored. */
  putUnnamed(device: string, content: Uint8Array): { readonly name: string; readonly kept: Promise<void> };
  /** Removes all that a device sent. */
  wipe(device: string): Promise<void>;
  /** Drops what a device has kept beyond its quota, least recently used first. */
  trim(device: string): Promise<void>;
  /** Bytes kept for one device. */
  bytesOf(device: string): number;
  /** The devices whose content is kept. */
  devices(): readonly string[];
  /** Bytes kept for all devices. */
  readonly bytes: number;
}

/** So much is written sooner than a thread is asked to do it. */
const AT_ONCE_BYTES = 128 * 1024;

function writeAtOnce(path: string, content: Uint8Array): void {
  const draft = `${path}.tmp`;
  try {
    Deno.writeFileSync(draft, content, { mode: 0o600 });
    Deno.renameSync(draft, path);
  } catch (error) {
    try {
      Deno.removeSync(draft);
    } catch {
      // It was never made.
    }
    throw error;
  }
}

/** True if content has the hash. */
export function hasHash(content: Uint8Array, expected: Uint8Array): boolean {
  return expected.length === HASH_BYTES && hash("sha256", content, "hex") === expected.toHex();
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

class FolderStore implements ContentStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #quotaOf: (device: string) => number;
  /** Bytes by device. */
  readonly #bytesOf = new Map<string, number>();
  /** Sizes by `device/hash`, least recently used first. */
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  constructor(folder: string, { maxBytes, quotaOf }: Required<StoreBounds>) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#quotaOf = quotaOf;
  }

  get bytes(): number {
    return this.#bytes;
  }

  devices(): readonly string[] {
    return [...new Set([...this.#sizes.keys()].map((key) => key.split("/")[0]!))];
  }

  async load(): Promise<void> {
    await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const found: { key: string; size: number; at: number }[] = [];
    for await (const device of Deno.readDir(this.#folder)) {
      if (!device.isDirectory) continue;
      for await (const entry of Deno.readDir(join(this.#folder, device.name))) {
        const key = `${device.name}/${entry.name}`;
        const info = await Deno.stat(join(this.#folder, key)).catch(() => undefined);
        if (info === undefined) continue;
        if (/^[0-9a-f]{64}$/.test(entry.name)) {
          found.push({ key, size: info.size, at: info.mtime?.getTime() ?? 0 });
        } else await Deno.remove(join(this.#folder, key)).catch(() => {});
      }
    }
    for (const { key, size } of found.sort((a, b) => a.at - b.at)) this.#note(key, size);
    await this.#evict();
  }

  async get(device: string, hash: Uint8Array): Promise<Uint8Array | undefined> {
    const key = keyOf(device, hash);
    const size = this.#sizes.get(key);
    if (size === undefined) return undefined;
    const content = await Deno.readFile(join(this.#folder, key)).catch(() => undefined);
    if (content === undefined || !hasHash(content, hash)) {
      await this.#drop(key);
      return undefined;
    }
    this.#note(key, size);
    return content;
  }

  has(device: string, hash: Uint8Array): boolean {
    const key = keyOf(device, hash);
    const size = this.#sizes.get(key);
    if (size !== undefined) this.#note(key, size);
    return size !== undefined;
  }

  async put(device: string, hash: Uint8Array, content: Uint8Array): Promise<void> {
    if (!hasHash(content, hash)) {
      throw new Error("Cannot store content: it doesn't have the hash it was sent under");
    }
    await this.#keep(device, hash, content);
  }

  putUnnamed(device: string, content: Uint8Array): { name: string; kept: Promise<void> } {
    const name = hash("sha256", content, "hex");
    return { name, kept: this.#keep(device, Uint8Array.fromHex(name), content) };
  }

  async #keep(device: string, hash: Uint8Array, content: Uint8Array): Promise<void> {
    const key = keyOf(device, hash);
    const most = Math.min(MAX_BLOB_BYTES, this.#maxBytes, this.#quotaOf(device));
    if (this.#sizes.has(key) || content.length > most) return;
    if (!this.#bytesOf.get(device)) {
      await Deno.mkdir(join(this.#folder, device), { recursive: true, mode: 0o700 });
    }
    const path = join(this.#folder, key);
    if (content.length > AT_ONCE_BYTES) await writePrivateFile(path, content);
    else writeAtOnce(path, content);
    this.#note(key, content.length);
    // The device may have been wiped, or its quota cut, while this was written.
    await this.trim(device);
    await this.#evict();
  }

  async trim(device: string): Promise<void> {
    const quota = this.#quotaOf(device);
    for (const key of this.#sizes.keys()) {
      if (this.bytesOf(device) <= quota) return;
      if (key.startsWith(`${device}/`)) await this.#drop(key);
    }
  }

  bytesOf(device: string): number {
    return this.#bytesOf.get(device) ?? 0;
  }

  async wipe(device: string): Promise<void> {
    for (const key of this.#sizes.keys()) if (key.startsWith(`${device}/`)) this.#unnote(key);
    await Deno.remove(join(this.#folder, device), { recursive: true }).catch(() => {});
  }

  #note(key: string, size: number): void {
    this.#unnote(key);
    this.#sizes.set(key, size);
    this.#count(key, size);
  }

  #unnote(key: string): void {
    this.#count(key, -(this.#sizes.get(key) ?? 0));
    this.#sizes.delete(key);
  }

  #count(key: string, bytes: number): void {
    const device = key.split("/")[0]!;
    this.#bytes += bytes;
    this.#bytesOf.set(device, this.bytesOf(device) + bytes);
  }

  async #drop(key: string): Promise<void> {
    this.#unnote(key);
    await Deno.remove(join(this.#folder, key)).catch(() => {});
  }

  async #evict(): Promise<void> {
    for (const key of this.#sizes.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      await this.#drop(key);
    }
  }
}

function keyOf(device: string, hash: Uint8Array): string {
  if (!/^[0-9A-Za-z]+$/.test(device)) {
    throw new TypeError(`Cannot store content for device ${device}: no peer id`);
  }
  return `${device}/${hash.toHex()}`;
}
