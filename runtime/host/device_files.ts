import type { GuestReply, GuestRequest } from "../thread/protocol.ts";
import { UnknownPermission } from "./file_permissions.ts";
import { readRange } from "./file_bytes.ts";
import { attributesOf, kindOf, type Stamp, stampOf } from "./file_stamp.ts";
import type { FileAttributes, Found, Listed } from "./file_tree_types.ts";
import { type FileRoots, OutsideRoots } from "./file_roots.ts";
import { followPath } from "./follow_path.ts";
import { globOnDevice, globRequest } from "./device_glob.ts";
import { READ_MOST_BYTES, READ_WHOLE_BYTES } from "../bounds/mod.ts";
import { ReadAhead } from "./read_ahead.ts";

/** Some of a file's bytes, by their SHA-256 in hex. */
export interface NamedChunk {
  readonly hash: string;
  readonly bytes: number;
}

/** A file's bytes in an answer: themselves, or the names under which the clone's store has them. */
export interface FilePart {
  readonly path: string;
  readonly length: number;
  /** How many bytes must travel. */
  readonly cost: number;
  readonly bytes?: Uint8Array;
  readonly chunks?: readonly NamedChunk[];
  /** The file's state, if these are all its bytes and nobody is writing it. */
  readonly state?: string;
}

/** A file that nobody asked for yet, and what lies on the way to it. */
interface FoundPart extends FilePart {
  readonly trail: readonly Found[];
}

/** Knows what the clone has of a file in some state. */
export type Named = (path: string, state: string) => readonly NamedChunk[] | undefined;

/** What a request is answered with. */
interface Answer {
  readonly reply: GuestReply;
  /** The bytes that were asked for. */
  readonly parts: readonly FilePart[];
  /** The files that `reply.ahead` tells of: those that are about to be read, then those that may be. */
  readonly opened?: readonly FilePart[];
  readonly ahead?: readonly FilePart[];
}

/** What one answer holds at most. */
const MAX_READ_BYTES = 32 * 1024 * 1024;
const NO_PARTS: readonly FilePart[] = [];
/** Nor is a larger one named that the clone has: it would be in the guest's memory as a whole. */
const MAX_NAMED_BYTES = MAX_READ_BYTES;
/** A folder with more entries tells their names only: somebody who wants more of one asks. */
const MAX_LISTED_WITH_ATTRIBUTES = 256;
/** Folders below one that is to be removed are looked into up to here. */
const MAX_REMOVED = 100_000;
/** Deno says the time of a change in whole seconds: one that recent could be followed by another that doesn't show. */
const RECENT_MS = 2_500;

/** Serves a guest's file requests on the device: with the app's own permissions, inside the session's roots. */
export class DeviceFiles {
  readonly #roots: FileRoots;
  readonly #ahead: ReadAhead;
  readonly #known: Named;
  /** What each path was like when it was first looked at. */
  #stamps = new Map<string, Stamp>();
  #listed = new Set<string>();
  readonly #locks = new Map<string, Deno.FsFile>();
  /** What was read of files that had changed just before. */
  #recent: { path: string; at: number; bytes: Uint8Array }[] = [];

  /** `named`: absolute paths among the app's arguments. */
  constructor(roots: FileRoots, named: readonly string[] = [], known: Named = () => undefined) {
    this.#roots = roots;
    this.#known = known;
    this.#ahead = new ReadAhead(named);
  }

  /** Earlier runs read these files, in this order. */
  expect(paths: readonly string[]): void {
    this.#ahead.expect(paths);
  }

  /** For this device alone: how large a file is, and whether the clone has it by name; undefined for what is no file. */
  sizeOf(path: string): { readonly size: number; readonly named: boolean } | undefined {
    try {
      const { kind, size } = attributesOf(path);
      if (kind !== "file") return undefined;
      const { identity, state } = stampOf(path);
      return { size, named: this.#known(path, `${identity} ${state}`) !== undefined };
    } catch {
      return undefined;
    }
  }

  /** What the app may do with all files, without anybody being asked. */
  permits(): { read: boolean; write: boolean } {
    const { permissions } = this.#roots;
    const write = permissions.grantedAll("write") && !this.#roots.foldsCase;
    return { read: permissions.grantedAll("read"), write };
  }

  /** A new invocation: what earlier ones read no longer matters. */
  begin(): void {
    this.unlock();
    this.#stamps = new Map();
    this.#listed = new Set();
    this.#recent = [];
    this.#ahead.begin();
  }

  /**
   * The first path that isn't what it was when it was looked at. What is in a folder counts for those that were listed, or
   * are among `observed`.
   */
  changed(observed: readonly string[]): string | undefined {
    const whole = new Set([...observed, ...this.#listed]);
    for (const [path, stamp] of this.#stamps) {
      const now = stampOf(path);
      if (now.identity !== stamp.identity) return path;
      if ((!stamp.isDirectory || whole.has(path)) && now.state !== stamp.state) return path;
    }
    for (const { path, at, bytes } of this.#recent) {
      const now = readRange(path, at, bytes.length);
      if (now.length !== bytes.length || now.some((byte, i) => byte !== bytes[i])) return path;
    }
    return undefined;
  }

  serve({ call, path, options }: Extract<GuestRequest, { op: "file" }>): Answer {
    try {
      if (!path.startsWith("/") || path.includes("\0") || /(^|\/)\.{1,2}(\/|$)/.test(path)) {
        throw new OutsideRoots(path);
      }
      return this.#perform(call, path, (options ?? {}) as Record<string, unknown>);
    } catch (error) {
      if (error instanceof UnknownPermission) throw error;
      const { name, message, code } = error as Error & { code?: string };
      return {
        reply: { ok: false, error: { name, message, ...(code !== undefined && { code }) } },
        parts: NO_PARTS,
      };
    }
  }

  #perform(call: string, path: string, options: Record<string, unknown>): Answer {
    switch (call) {
      case "look":
        return this.#look(path, options.content === true);
      case "list":
        return { reply: { ok: true, value: this.#list(path) }, parts: NO_PARTS };
      case "read":
        return this.#read(path, Number(options.at), Number(options.bytes));
      case "ahead": {
        const files = this.#ahead.more((item, most) => this.#readAhead(item, most));
        return this.#withAhead({ reply: { ok: true }, parts: NO_PARTS }, files);
      }
      case "glob":
        return { reply: { ok: true, value: this.#glob(path, options) }, parts: NO_PARTS };
      case "lock":
        return { reply: { ok: true, value: this.#lock(path, options.exclusive === true) }, parts: NO_PARTS };
      case "removable":
        this.#checkRemovable(path);
        return { reply: { ok: true }, parts: NO_PARTS };
      case "permit": {
        const name = options.access === "write" ? "write" : "read";
        if (name === "write" && this.#roots.foldsCase) {
          throw new TypeError("it writes files where names in another case mean the same");
        }
        return { reply: { ok: true, value: this.#roots.permissions.granted(name, path) }, parts: NO_PARTS };
      }
    }
    throw new TypeError(`Cannot serve "${call}": unknown call`);
  }

  /** What lies on the way to a path, and to those that are likely to be looked at next. */
  #look(path: string, withContent: boolean): Answer {
    const trail = this.#trail(path);
    const last = trail.at(-1);
    if (withContent && last?.info?.kind === "file" && this.#goesAlong(last.path, last.info.size)) {
      return this.#withContent(trail, last.path);
    }
    const found = new Map(trail.map((item) => [item.path, item]));
    const ahead = this.#ahead.looks(path);
    for (const next of ahead) {
      try {
        for (const item of this.#trail(next)) found.set(item.path, item);
      } catch (error) {
        if (error instanceof UnknownPermission) throw error;
        // Whatever is wrong with it is said when somebody looks at it.
      }
    }
    this.#ahead.looked([path, ...ahead]);
    return { reply: { ok: true, value: [...found.values()] }, parts: NO_PARTS };
  }

  /** What lies on the way to a path, links followed; stops where a clone may see no more. */
  #trail(path: string): Found[] {
    const trail: Found[] = [];
    followPath(path, (here) => {
      const found = this.#find(here, path);
      if (found === undefined) {
        if (trail.length === 0) throw new OutsideRoots(here);
        return "stop";
      }
      trail.push(found);
      const { info, passage } = found;
      if (info?.kind === "symlink") return { link: info.target! };
      return passage === true || info?.kind === "directory" ? "enter" : "stop";
    });
    return trail;
  }

  /** One step on the way to `wanted`; undefined where a clone may not look. */
  #find(path: string, wanted: string): Found | undefined {
    const access = this.#roots.access(path);
    if (access === "none") return undefined;
    if (!this.#roots.permissions.granted("read", path)) {
      // A folder above what the app may read; what is below must really be there.
      return access === "passage" || this.#roots.leadsOn(path, wanted)
        ? { path, info: null, passage: true }
        : undefined;
    }
    try {
      const info = attributesOf(path);
      // Other people's files.
      if (access === "absent") return undefined;
      this.#stamp(path);
      if (access === "passage" && info.kind !== "symlink") return { path, info: null, passage: true };
      return { path, info };
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "ENOENT") {
        this.#stamp(path);
        return { path, info: null };
      }
      if (code === "EACCES") return { path, info: null, code };
      throw error;
    }
  }

  #goesAlong(path: string, size: number): boolean {
    return size <= READ_WHOLE_BYTES || size <= MAX_NAMED_BYTES && this.#named(path) !== undefined;
  }

  #withContent(trail: readonly Found[], path: string): Answer {
    let part: FilePart;
    try {
      part = this.#whole(path, attributesOf(path).size);
    } catch {
      // Whatever is wrong is said when the bytes are asked for.
      return { reply: { ok: true, value: trail }, parts: NO_PARTS };
    }
    const files = this.#ahead.after(path, (item, most) => this.#readAhead(item, most));
    return this.#withAhead({ reply: { ok: true, value: trail }, parts: NO_PARTS, opened: [part] }, files);
  }

  /** Tells of files that follow an answer, and of what lies on the way to them. */
  #withAhead(answer: Answer, files: ReadonlyMap<string, FoundPart>): Answer {
    const { reply, opened = [] } = answer;
    const { next } = this.#ahead;
    const found = new Map((reply.value as readonly Found[] | undefined)?.map((item) => [item.path, item]));
    for (const { trail } of files.values()) for (const item of trail) found.set(item.path, item);
    this.#ahead.looked([...files.keys()]);
    const ahead = [...files.values()];
    return {
      ...answer,
      reply: {
        ...reply,
        value: [...found.values()],
        ahead: [...opened, ...ahead].map(({ path, length }) => ({ path, bytes: length })),
        ...(next !== undefined && { next }),
      },
      ahead,
    };
  }

  /** A file that nobody asked for yet: whatever is wrong with it is said when somebody does. */
  #readAhead(path: string, most: number): FoundPart | undefined {
    try {
      if (!this.#roots.permissions.granted("read", path)) return undefined;
      if (this.#roots.access(path) !== "all" || Deno.realPathSync(path) !== path) return undefined;
      const { kind, size } = attributesOf(path);
      if (kind !== "file" || !this.#goesAlong(path, size)) return undefined;
      const trail = this.#trail(path);
      if (size > most && this.#named(path) === undefined) return { path, length: size, cost: size, trail };
      return { ...this.#whole(path, size), trail };
    } catch (error) {
      if (error instanceof UnknownPermission) throw error;
      return undefined;
    }
  }

  /** With the first bytes of a small file come those of others that are likely to be read next. */
  #read(path: string, at: number, bytes: number): Answer {
    if (!(at >= 0 && bytes >= 0 && bytes <= MAX_READ_BYTES)) {
      throw new RangeError("Cannot read that much at once");
    }
    this.#checkReadable(path);
    const isWhole = at === 0 && bytes === attributesOf(path).size;
    const own = isWhole ? this.#whole(path, bytes) : this.#part(path, at, bytes);
    const answer = { reply: { ok: true }, parts: [own] };
    if (at > 0 || bytes > READ_MOST_BYTES) return answer;
    return this.#withAhead(answer, this.#ahead.after(path, (item, most) => this.#readAhead(item, most)));
  }

  #list(path: string): Listed[] {
    this.#checkReadable(path);
    this.#listed.add(path);
    this.#stamp(path);
    const entries = [...Deno.readDirSync(path)];
    const whole = entries.length <= MAX_LISTED_WITH_ATTRIBUTES;
    const listed = entries.map((entry) => ({
      name: entry.name,
      kind: kindOf(entry),
      ...(whole && this.#info(`${path}/${entry.name}`)),
    }));
    this.#ahead.listed(entries.filter(({ isFile }) => isFile).map(({ name }) => `${path}/${name}`));
    return listed;
  }

  /** Names that match; nothing that a clone may not see is among them. */
  #glob(path: string, options: Record<string, unknown>): string[] {
    this.#checkReadable(path);
    const found = globOnDevice(globRequest(path, options), (folder) => {
      if (!this.#roots.permissions.granted("read", folder)) {
        throw new TypeError(`Cannot read ${folder}: the app has no permission yet`);
      }
      this.#listed.add(folder);
      this.#stamp(folder);
    });
    for (const name of found) {
      const item = name.startsWith("/") ? name : `${path}/${name}`;
      if (this.#roots.access(item) !== "all") throw new OutsideRoots(item);
    }
    return found;
  }

  /** Locks a file for the guest, until the invocation is over: what it writes under the lock comes home only then. */
  #lock(path: string, exclusive: boolean): boolean {
    this.#checkReadable(path);
    this.#stamp(path);
    let file = this.#locks.get(path);
    if (file === undefined) this.#locks.set(path, file = Deno.openSync(path));
    return file.tryLockSync(exclusive);
  }

  /** The invocation is over: what it locked is free again. */
  unlock(): void {
    for (const file of this.#locks.values()) file.close();
    this.#locks.clear();
  }

  #info(path: string): { info: FileAttributes } | undefined {
    try {
      const info = this.#find(path, path)?.info;
      return info ? { info } : undefined;
    } catch (error) {
      if (error instanceof UnknownPermission) throw error;
      return undefined;
    }
  }

  /** Nothing that a clone may not see is removed for it. */
  #checkRemovable(path: string): void {
    let left = MAX_REMOVED;
    const check = (folder: string) => {
      this.#checkReadable(folder);
      this.#listed.add(folder);
      this.#stamp(folder);
      for (const entry of Deno.readDirSync(folder)) {
        if (--left < 0) throw new RangeError(`Cannot remove ${path} for a clone: there is too much in it`);
        const item = `${folder}/${entry.name}`;
        if (this.#roots.access(item) !== "all") throw new OutsideRoots(item);
        if (entry.isDirectory) check(item);
      }
    };
    check(path);
  }

  #checkReadable(path: string): void {
    if (this.#roots.access(path) !== "all" || Deno.realPathSync(path) !== path) throw new OutsideRoots(path);
    if (!this.#roots.permissions.granted("read", path)) {
      throw new TypeError(`Cannot read ${path}: the app has no permission yet`);
    }
  }

  /** All bytes of a file; only their names if the clone has them. */
  #whole(path: string, size: number): FilePart {
    const chunks = this.#named(path);
    if (chunks !== undefined) return { path, length: size, cost: 0, chunks };
    const state = this.#settledState(path);
    return { ...this.#part(path, 0, size), ...(state !== undefined && { state }) };
  }

  /** What a file's bytes are called, if the clone has them all. */
  #named(path: string): readonly NamedChunk[] | undefined {
    const state = this.#settledState(path);
    return state === undefined ? undefined : this.#known(path, state);
  }

  /** Undefined for a file that somebody may be writing. */
  #settledState(path: string): string | undefined {
    this.#stamp(path);
    const { identity, state, changedMs } = this.#stamps.get(path)!;
    return Date.now() - changedMs >= RECENT_MS ? `${identity} ${state}` : undefined;
  }

  #part(path: string, at: number, length: number): FilePart {
    const bytes = this.#bytes(path, at, length);
    return { path, length: bytes.length, cost: bytes.length, bytes };
  }

  /** Bytes that are what they were when the file was first looked at. */
  #bytes(path: string, at: number, bytes: number): Uint8Array {
    this.#stamp(path);
    const found = readRange(path, at, bytes);
    const { identity, state } = this.#stamps.get(path)!;
    const now = stampOf(path);
    if (now.identity !== identity || now.state !== state) {
      throw new TypeError(`${path} changed on the device meanwhile`);
    }
    if (Date.now() - now.changedMs < RECENT_MS) this.#recent.push({ path, at, bytes: found });
    return found;
  }

  #stamp(path: string): void {
    if (!this.#stamps.has(path)) this.#stamps.set(path, stampOf(path));
  }
}
