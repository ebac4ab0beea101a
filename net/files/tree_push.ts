import { constants, zstdCompress } from "node:zlib";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import {
  chunkEnd,
  chunksOf,
  joinBytes,
  MAX_ASKED,
  MAX_CHUNK_BYTES,
  PACKED_PLAIN,
  PACKED_ZSTD,
  totalBytes,
} from "../../runtime/mod.ts";
import { type Based, BaseFinder } from "./base_finder.ts";
import { nameOf } from "./content_names.ts";
import { deltaTo } from "./delta.ts";
import { deltaMessage } from "./delta_messages.ts";
import type { FileClient } from "./file_protocol.ts";
import { type FileState, stateText } from "./file_state.ts";
import type { IndexedFile, TreeIndex } from "./tree_index.ts";
import { lookAtTree, permissionBits, refused, type SeenEntry } from "./tree_look.ts";

/** Contents go out in batches of about that many bytes; so many batches may wait for their answer. */
const BATCH_BYTES = 4 * 1024 * 1024;
const MAX_BATCHES = 3;
/** Up to that many chunks a file's hashes stand in its folder; more stand in lists of their own. */
const MAX_INLINE_CHUNKS = 8;
const MAX_LIST_CHUNKS = 256;
/** What shrinks by less isn't worth unpacking. */
const COMPRESSIBLE = 0.95;
/** What is shorter goes whole: a question about it would cost as much. */
const MIN_DELTA_BYTES = 1024;
/** Steps that are longer than that part of what they make aren't worth their work. */
const WORTH = 0.7;
const SAMPLES = 16;
const SAMPLE_BYTES = 4 * 1024;

const zstd = promisify(zstdCompress) as (bytes: Uint8Array, options: object) => Promise<Uint8Array>;
/** Where bytes take longer than their compression, and where not: of source files 18 % more in two thirds of the time. */
const [SLOW_LEVEL, FAST_LEVEL] = [9, 4];
/** A clone that answers sooner is near. */
const NEAR_MS = 15;
/** The name of no bytes: what to ask about where nothing was sent before. */
const NOTHING = nameOf(new Uint8Array());

export interface PushProgress {
  readonly files: number;
  readonly bytes: number;
  readonly sentBytes: number;
}

export interface PushResult extends PushProgress {
  /** Hash of the folder blob of the whole tree. */
  readonly root: string;
  /** What was left at home: secrets, sockets, what can't be read. */
  readonly skipped: readonly string[];
}

/**
 * Sends a file or folder to a clone's store: content-defined chunks by hash, and a blob for each folder that names what is
 * in it. Only what the clone lacks travels. `index` says what was sent before, and is brought up to date. A transfer that
 * breaks goes on where it was: what arrived is there.
 */
export async function pushTree(
  path: string,
  client: FileClient,
  { index, onProgress = () => {} }: { index: TreeIndex; onProgress?: (progress: PushProgress) => void },
): Promise<PushResult> {
  return await new TreePush(path, client, index, onProgress).run();
}

/** All hashes that a tree needs at the clone. */
export function hashesOf(index: TreeIndex): string[] {
  return [...new Set([...index.files.values()].flatMap(({ chunks }) => chunks))];
}

/** The index's name of the folder that is sent. */
const TOP = ".";

/** Something to send, and the names of what the clone has that is like it. */
interface Sendable {
  readonly content: Uint8Array;
  readonly bases: readonly string[];
}

class TreePush {
  readonly #top: string;
  readonly #client: FileClient;
  readonly #index: TreeIndex;
  readonly #onProgress: (progress: PushProgress) => void;
  readonly #files = new Map<string, IndexedFile>();
  readonly #unread: string[] = [];
  /** What the clone has, or gets. */
  readonly #there = new Set<string>();
  #batch = new Map<string, Sendable>();
  #batchBytes = 0;
  readonly #pending = new Set<Promise<void>>();
  #failure: Error | undefined;
  #isNear = false;
  #fileCount = 0;
  #bytes = 0;

  constructor(
    top: string,
    client: FileClient,
    index: TreeIndex,
    onProgress: (progress: PushProgress) => void,
  ) {
    this.#top = top;
    this.#client = client;
    this.#index = index;
    this.#onProgress = onProgress;
  }

  async run(): Promise<PushResult> {
    const { root: known, looks } = this.#index;
    // The last thing that was sent: if it is there, so is what it names, unless it was dropped since; `verify` tells.
    const answer = this.#isThere(known ?? NOTHING);
    await this.#timeAnswer(answer);
    const [seen, found] = await Promise.all([lookAtTree(this.#top), answer]);
    const isThere = known !== undefined && found;
    if (isThere && looks === seen.looks) {
      const { files, bytes, skipped } = seen;
      return { files, bytes, sentBytes: this.#client.sentBytes, root: known!, skipped };
    }
    if (isThere) this.#trustIndex();
    else this.#index.distrust();
    const root = await this.#finish(await this.#walk(seen.entries, ""));
    this.#index.replace({
      root,
      looks: this.#unread.length > 0 ? undefined : seen.looks,
      files: this.#files,
    });
    return { ...this.#progress(), root, skipped: [...seen.skipped, ...this.#unread] };
  }

  /** The clone has all that the index says. */
  #trustIndex(): void {
    for (const { chunks } of this.#index.files.values()) for (const chunk of chunks) this.#there.add(chunk);
  }

  /** Finds out whether the clone is near, while this thread has nothing else to do: later an answer waits for it. */
  async #timeAnswer(answer: Promise<unknown>): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<false>();
    const timer = setTimeout(() => resolve(false), NEAR_MS);
    try {
      this.#isNear = await Promise.race([answer.then(() => true), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #isThere(root: string): Promise<boolean> {
    const [there] = await this.#client.ask([root]);
    return there!;
  }

  async #finish(lines: readonly unknown[]): Promise<string> {
    const root = await this.#folderBlob(TOP, lines);
    await this.#flush();
    await Promise.all(this.#pending);
    if (this.#failure !== undefined) throw this.#failure;
    if (!await this.#client.keeps(root)) {
      throw new Error("Cannot send files: the clone kept not all of it, its disk or its store may be full");
    }
    return root;
  }

  /** Sends what is below a path; the lines of its folder blob. */
  async #walk(entries: readonly SeenEntry[], below: string): Promise<unknown[]> {
    const lines: unknown[] = [];
    for (const entry of entries) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.kind === "link") lines.push([entry.name, "l", entry.target]);
      else if (entry.kind === "folder") {
        const { name, mode } = entry;
        const inner = await this.#walk(entry.entries, path);
        lines.push([name, "d", mode, inner]);
      } else {
        const { name, state } = entry;
        const before = this.#bytes;
        const chunks = await this.#unlessUnreadable(path, () => this.#file(path, state));
        if (chunks === undefined) continue;
        this.#fileCount++;
        const mtimeMs = Number.isNaN(state.mtimeMs) ? 0 : state.mtimeMs;
        lines.push([name, "f", permissionBits(state.mode), mtimeMs, this.#bytes - before, chunks]);
      }
    }
    return lines;
  }

  /** What this user may not read, or is gone meanwhile, stays at home. */
  async #unlessUnreadable<T>(path: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      // All that was to be sent is nothing to leave out.
      if (path === "") throw error;
      refused(error);
      this.#unread.push(path);
      return undefined;
    }
  }

  async #file(path: string, seen: FileState): Promise<readonly string[]> {
    const state = stateText(seen);
    const known = this.#index.files.get(path);
    if (known?.state === state && known.chunks.every((chunk) => this.#there.has(chunk))) {
      this.#files.set(path, known);
      this.#bytes += seen.bytes;
      return known.chunks;
    }
    const chunks: string[] = [];
    const finder = new BaseFinder<{ name: string; content: Uint8Array }>(known?.chunks ?? []);
    const whole = `${this.#top}/${path}`.replace(/\/$/, "");
    for await (
      const chunk of seen.bytes <= READ_BYTES
        ? chunksOf(Deno.readFileSync(whole).subarray(0, seen.bytes))
        : this.#chunks(whole, seen.bytes)
    ) {
      const name = nameOf(chunk);
      chunks.push(name);
      this.#bytes += chunk.length;
      for (const { item, bases } of finder.add(name, { name, content: chunk })) {
        await this.#send(item.name, { content: item.content, bases });
      }
    }
    for (const { item, bases } of finder.end()) {
      await this.#send(item.name, { content: item.content, bases });
    }
    this.#files.set(path, { state, chunks });
    this.#onProgress(this.#progress());
    return chunks;
  }

  /**
   * A file's chunks, with no more of it in memory than is read at once and what waits to be sent. It ends where the file did when it was
   * looked at: one that grows as fast as it is sent has no other end.
   */
  async *#chunks(path: string, bytes: number): AsyncGenerator<Uint8Array> {
    using file = await Deno.open(path);
    // A batch's bytes are one piece of memory; what isn't cut yet at its end moves to the next one.
    let block = new Uint8Array(BATCH_BYTES);
    for (let [at, filled, left] = [0, 0, bytes]; left > 0 || filled > at;) {
      if (filled === block.length) {
        const next = new Uint8Array(BATCH_BYTES);
        next.set(block.subarray(at));
        [block, at, filled] = [next, 0, filled - at];
      }
      const count = await file.read(block.subarray(filled, filled + Math.min(READ_BYTES, left)));
      left -= count ?? left;
      filled += count ?? 0;
      while (filled - at >= (left === 0 ? 1 : MAX_CHUNK_BYTES)) {
        const end = chunkEnd(block.subarray(0, filled), at);
        yield block.subarray(at, end);
        at = end;
      }
    }
  }

  /** A folder's blob; its own are made first. Those of large files' hashes too. */
  async #folderBlob(path: string, lines: readonly unknown[]): Promise<string> {
    const shown: string[] = [];
    for (const line of lines as any[]) {
      if (line[1] === "d") {
        const inner = path === TOP ? line[0] : `${path}/${line[0]}`;
        shown.push(JSON.stringify([line[0], "d", line[2], await this.#folderBlob(inner, line[3])]));
      } else if (line[1] === "f" && line[5].length > MAX_INLINE_CHUNKS) {
        shown.push(JSON.stringify([...line.slice(0, 5), null, await this.#lists(line[5])]));
      } else shown.push(JSON.stringify(line));
    }
    const chunks = await this.#linesBlob(new TextEncoder().encode(shown.join("\n")), path);
    this.#files.set(path, { state: "d", chunks });
    return chunks[0]!;
  }

  /** A folder's lines, in parts if there are many, so that one that changes costs one of them: the blob, and its parts. */
  async #linesBlob(lines: Uint8Array, path: string): Promise<string[]> {
    const [old, ...oldParts] = this.#index.files.get(path)?.chunks ?? [];
    const bases = old === undefined ? [] : [old];
    if (lines.length <= MAX_CHUNK_BYTES) return [await this.#blob(lines, bases)];
    const parts: string[] = [];
    const finder = new BaseFinder<{ name: string; content: Uint8Array }>(oldParts);
    const send = async (found: readonly Based<{ name: string; content: Uint8Array }>[]) => {
      for (const { item, bases } of found) await this.#send(item.name, { content: item.content, bases });
    };
    for (const content of chunksOf(lines)) {
      const name = nameOf(content);
      parts.push(name);
      await send(finder.add(name, { name, content }));
    }
    await send(finder.end());
    const blob = await this.#blob(new TextEncoder().encode(JSON.stringify([null, "parts", parts])), bases);
    return [blob, ...parts];
  }

  /** Lists of hashes that end where a hash says so: a chunk that changes changes one of them. */
  async #lists(chunks: readonly string[]): Promise<string[]> {
    const lists: string[] = [];
    for (let at = 0; at < chunks.length;) {
      let end = at + 1;
      while (end < chunks.length && end - at < MAX_LIST_CHUNKS && !/[048c]0$/.test(chunks[end - 1]!)) end++;
      lists.push(await this.#blob(Uint8Array.fromHex(chunks.slice(at, end).join(""))));
      at = end;
    }
    return lists;
  }

  async #blob(content: Uint8Array, bases: readonly string[] = []): Promise<string> {
    const name = nameOf(content);
    await this.#send(name, { content, bases });
    return name;
  }

  async #send(name: string, item: Sendable): Promise<void> {
    if (this.#there.has(name)) return;
    this.#there.add(name);
    this.#batch.set(name, item);
    this.#batchBytes += item.content.length;
    if (this.#batchBytes >= BATCH_BYTES || this.#batch.size === MAX_ASKED) await this.#flush();
  }

  /** Sends off what is gathered; waits only if too much is on its way. */
  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.size === 0) return;
    this.#batch = new Map();
    this.#batchBytes = 0;
    const sending = this.#sendBatch(batch).catch((error) => void (this.#failure ??= error))
      .then(() => void this.#pending.delete(sending));
    this.#pending.add(sending);
    // What the clone has answered meanwhile goes on.
    await setImmediate();
    while (this.#pending.size >= MAX_BATCHES) await Promise.race(this.#pending);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #sendBatch(batch: ReadonlyMap<string, Sendable>): Promise<void> {
    const lacks = await this.#lacks([...batch.keys()]);
    const level = this.#isNear ? FAST_LEVEL : SLOW_LEVEL;
    const steps = await this.#steps(lacks.filter((name) => isLikeAnother(batch.get(name)!)), batch);
    const whole = lacks.filter((name) => !steps.has(name));
    // The clone says what didn't come out right: a base may be gone, or a signature misled.
    if (steps.size > 0) {
      await this.#client.pushDeltas(...await packed([...steps.values()], level));
      whole.push(...await this.#lacks([...steps.keys()]));
    }
    if (whole.length > 0) {
      await this.#client.push(...await packed(whole.map((name) => batch.get(name)!.content), level));
    }
    this.#onProgress(this.#progress());
  }

  async #lacks(names: readonly string[]): Promise<string[]> {
    const found = await this.#client.ask(names);
    return names.filter((_, i) => !found[i]);
  }

  /** What makes contents of those that the clone has, where that is much shorter. */
  async #steps(
    names: readonly string[],
    batch: ReadonlyMap<string, Sendable>,
  ): Promise<Map<string, Uint8Array>> {
    const steps = new Map<string, Uint8Array>();
    const signatures = await this.#client.sign(names.map((name) => batch.get(name)!.bases));
    names.forEach((name, i) => {
      const { content, bases } = batch.get(name)!;
      const signature = signatures[i];
      if (signature === undefined) return;
      const message = deltaMessage(bases, name, deltaTo(content, signature));
      if (message.length < content.length * WORTH) steps.set(name, message);
    });
    return steps;
  }

  #progress(): PushProgress {
    return { files: this.#fileCount, bytes: this.#bytes, sentBytes: this.#client.sentBytes };
  }
}

/** So many at once: in between, what waits to be sent is. */
const READ_BYTES = 512 * 1024;

function isLikeAnother({ content, bases }: Sendable): boolean {
  return bases.length > 0 && content.length >= MIN_DELTA_BYTES;
}

/** A payload of contents, with the compression that they are worth. */
async function packed(contents: readonly Uint8Array[], level: number): Promise<Uint8Array[]> {
  const lengths = new DataView(new ArrayBuffer(4 + contents.length * 4));
  lengths.setUint32(0, contents.length);
  contents.forEach(({ length }, i) => lengths.setUint32(4 + i * 4, length));
  const parts = [new Uint8Array(lengths.buffer), ...contents];
  if (await seemsCompressible(contents)) {
    const whole = joinBytes(parts);
    const shrunk = await zstd(whole, zstdAt(level));
    if (shrunk.length < whole.length * COMPRESSIBLE) return [Uint8Array.of(PACKED_ZSTD), shrunk];
  }
  return [Uint8Array.of(PACKED_PLAIN), ...parts];
}

function zstdAt(level: number): object {
  return { params: { [constants.ZSTD_c_compressionLevel]: level } };
}

/** Some spots tell: media and archives would cost the most, for nothing. */
async function seemsCompressible(contents: readonly Uint8Array[]): Promise<boolean> {
  const bytes = totalBytes(contents);
  if (bytes <= SAMPLES * SAMPLE_BYTES) return true;
  const spots: Uint8Array[] = [];
  let [before, next] = [0, 0];
  for (const content of contents) {
    for (; next < before + content.length; next += bytes / SAMPLES) {
      const at = Math.floor(next - before);
      spots.push(content.subarray(at, at + SAMPLE_BYTES));
    }
    before += content.length;
  }
  const sample = joinBytes(spots);
  return (await zstd(sample, zstdAt(FAST_LEVEL))).length < sample.length * COMPRESSIBLE;
}
