import type { Effect, GuestReply, GuestRequest } from "../thread/protocol.ts";
import { SafeSet } from "../heap/intrinsics.ts";
import { itemsOf } from "../heap/lists.ts";
import { type Answer, type Aside, FilesAhead } from "./files_ahead.ts";
import { collectChanges, type FileChanges, isOutOfReach } from "./file_changes.ts";
import { FileContent } from "./file_content.ts";
import { FileTree, type Place } from "./file_tree.ts";
import {
  type FileAttributes,
  FileFailure,
  type FileOwner,
  type FileSource,
  type Found,
  type Listed,
} from "./file_tree_types.ts";
import type { Inode } from "./inode.ts";
import { OpenFile } from "./open_file.ts";

/** Asks the device and waits. */
export type Ask = (request: GuestRequest) => Answer;
/** Ends the migration. `what` names a host API that means the device: the same call would end it again. */
export type Abandon = (reason: string, about?: { readonly path?: string; readonly what?: string }) => never;

/** How a file is opened; as `Deno.OpenOptions`, with everything said. */
export interface OpenHow {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly truncate?: boolean;
  readonly create?: boolean;
  readonly createNew?: boolean;
  readonly mode?: number;
}

/** What the app may do with all files. */
export interface Permits {
  readonly read: boolean;
  readonly write: boolean;
}

/** Of more files than that nobody remembers in which order they were read. */
const MAX_READ = 4_000;

export interface GuestFilesParts {
  readonly ask: Ask;
  readonly aside: Aside;
  readonly abandon: Abandon;
  readonly effect: (effect: Effect) => void;
  /** Milliseconds since the epoch, on the device. */
  readonly now: () => number;
}

/**
 * The system's calls for files, for migrated code: over the device's files as they were when they were first looked at,
 * and what the code itself did to them. What it did is one difference, sent home with the result.
 */
export class GuestFiles {
  readonly #parts: GuestFilesParts;
  readonly abandon: Abandon;
  #tree: FileTree;
  readonly #ahead: FilesAhead;
  #owner: FileOwner = { uid: 0, gid: 0, umask: 0o022 };
  #permits: Permits = { read: false, write: false };
  readonly #allowed = new Set<string>();
  #observed = new Set<string>();
  #read = new SafeSet<string>();
  #wantContent = false;
  /** Told of each path that is about to be looked at. */
  readonly beforeLook = new Set<(path: string) => void>();
  cwd = "/";
  temporary = "/tmp";

  constructor(parts: GuestFilesParts) {
    this.#parts = parts;
    this.abandon = parts.abandon;
    this.#tree = this.#newTree();
    this.#ahead = new FilesAhead(parts.aside, (reply) => this.#learn(reply));
  }

  install(session: { cwd: string; temporary: string; owner: FileOwner }): void {
    this.cwd = session.cwd;
    this.temporary = session.temporary;
    this.#owner = session.owner;
  }

  /** A new invocation: the device's files may have changed, and what was written is there now. */
  begin(permits: Permits): void {
    this.#permits = permits;
    this.#tree = this.#newTree();
    this.#ahead.begin();
    this.#allowed.clear();
    this.#observed = new Set();
    this.#read = new SafeSet();
  }

  /** What the invocation did to files; undefined if nothing. */
  changes(): { changes: FileChanges; bytes: Uint8Array[] } | undefined {
    for (const node of this.#tree.touched) {
      if (isOutOfReach(node)) {
        this.abandon(`it changed ${node.origin} and removed it, which has another name somewhere`);
      }
    }
    return collectChanges(this.#tree);
  }

  /** How many times it changed some. */
  get changeCount(): number {
    return this.#tree.changes;
  }

  /** Folders whose attributes it saw. */
  observed(): string[] {
    return [...this.#observed];
  }

  /** Files whose bytes it read, in that order. */
  filesRead(): string[] {
    return itemsOf(this.#read);
  }

  /** An absolute path, as the app gave it. */
  path(given: unknown): string {
    let path = given;
    if (given instanceof URL) {
      if (given.protocol !== "file:") throw new TypeError("Must be a file URL.");
      path = decodeURIComponent(given.pathname);
    }
    if (typeof path !== "string") return this.abandon("it names a file by something else than a path");
    if (path.includes("\0")) return this.abandon("it names a file by a path with a zero in it");
    if (path === "") throw new FileFailure("ENOENT");
    const absolute = path.startsWith("/") ? path : `${this.cwd}/${path}`;
    for (const look of this.beforeLook) look(absolute);
    return absolute;
  }

  now(): number {
    return this.#parts.now();
  }

  effect(effect: Effect): void {
    this.#parts.effect(effect);
  }

  open(given: unknown, how: OpenHow): OpenFile {
    const path = this.path(given);
    const write = how.write === true || how.append === true;
    if (how.read === true) this.#permit(path, "read");
    if (write || how.create === true || how.createNew === true) this.#permit(path, "write");
    const place = this.#walkForContent(path, how);
    let { node } = place;
    if (node === null) {
      if (how.create !== true && how.createNew !== true) throw new FileFailure("ENOENT");
      if (path.endsWith("/")) throw new FileFailure("EISDIR");
      node = this.#tree.makeFile(place, how.mode ?? 0o666);
      node.content = new FileContent();
    } else {
      if (path.endsWith("/") && (how.create || how.createNew)) throw new FileFailure("EISDIR");
      if (how.createNew === true) throw new FileFailure("EEXIST");
      if (node.kind === "directory" && (write || how.create === true)) throw new FileFailure("EISDIR");
      if (node.kind === "other") return this.abandon(`it opens ${path}, which is no file`);
      if (how.read === true) this.#tree.mayAccess(node, "read");
      if (write) this.#tree.mayAccess(node, "write");
    }
    if (node.kind === "file") this.#fill(node, how.truncate === true);
    return new OpenFile(this.#tree, node, { read: how.read === true, write, append: how.append === true });
  }

  /** A whole file's bytes. */
  read(given: unknown): Uint8Array {
    const file = this.open(given, { read: true });
    if (file.node.kind === "directory") throw new FileFailure("EISDIR");
    return file.read(file.size);
  }

  write(given: unknown, bytes: Uint8Array, options: OpenHow = {}): void {
    const { append = false, create = true, createNew = false, mode } = options;
    const how = { write: true, append, create, createNew, truncate: !append };
    const file = this.open(given, { ...how, ...(mode !== undefined && { mode }) });
    file.write(bytes);
    // Deno gives the mode to a file that was there, too.
    if (mode !== undefined) this.#tree.setMode(file.node, mode);
  }

  stat(given: unknown, follow: boolean): FileAttributes {
    const path = this.path(given);
    this.#permit(path, "read");
    return this.statNode(this.#tree.find(path, follow));
  }

  statNode(node: Inode): FileAttributes {
    if (node.kind === "directory" && node.origin !== undefined) this.#observed.add(node.origin);
    return this.#tree.attributes(node);
  }

  exists(given: unknown): boolean {
    try {
      const path = this.path(given);
      this.#permit(path, "read");
      this.#tree.find(path, true);
      return true;
    } catch (error) {
      if (error instanceof FileFailure) return false;
      throw error;
    }
  }

  list(given: unknown): [string, Inode][] {
    const path = this.path(given);
    this.#permit(path, "read");
    const node = this.#tree.find(path, true);
    if (node.kind === "directory") this.#tree.mayAccess(node, "read");
    return this.#tree.list(node);
  }

  /** What `fs.glob` finds in a folder; the device looks for it, as long as it has the same files. */
  glob(given: unknown, patterns: readonly string[], exclude: readonly string[]): string[] {
    const path = this.path(given);
    this.#permit(path, "read");
    if (this.#tree.touched.size > 0) this.abandon("it looks for files after it changed some");
    const folder = this.#tree.realPath(path);
    return this.#serve("glob", folder, { patterns, exclude }).reply.value as string[];
  }

  /** Locks a file as the device's other processes see it; false if one of them has it. */
  lock(node: Inode, exclusive: boolean): boolean {
    // Nobody else sees a new one.
    if (node.origin === undefined) return true;
    return this.#serve("lock", node.origin, { exclusive }).reply.value === true;
  }

  realPath(given: unknown): string {
    const path = this.path(given);
    this.#permit(path, "read");
    return this.#tree.realPath(path);
  }

  readLink(given: unknown): string {
    const path = this.path(given);
    this.#permit(path, "read");
    const node = this.#tree.find(path, false);
    if (node.kind !== "symlink") throw new FileFailure("EINVAL");
    return this.#tree.attributes(node).target!;
  }

  makeFolder(given: unknown, options: { recursive?: boolean; mode?: number } = {}): string | undefined {
    if (given === "" && options.recursive === true) this.abandon("it makes a folder without a name");
    const path = this.path(given);
    this.#permit(path, "write");
    const mode = options.mode ?? 0o777;
    if (options.recursive !== true) return void this.#tree.makeFolder(path, mode);
    return this.#makeFolders(path, mode);
  }

  /** Removes a name: of anything that is no folder with entries, of a folder only, or of all below it too. */
  remove(given: unknown, what: "any" | "directory" | "tree" = "any"): void {
    const path = this.path(given);
    this.#permit(path, "write");
    this.#tree.remove(path, what);
  }

  rename(from: unknown, to: unknown): void {
    const [source, target] = [this.path(from), this.path(to)];
    this.#permit(source, "read");
    this.#permit(source, "write");
    this.#permit(target, "write");
    this.#tree.rename(source, target);
  }

  copy(from: unknown, to: unknown): void {
    const [source, target] = [this.path(from), this.path(to)];
    this.#permit(source, "read");
    this.#permit(target, "write");
    const node = this.#tree.find(source, true);
    const there = this.#nodeAt(target);
    if (there === node) throw new FileFailure("SAMEFILE");
    if (node.kind !== "file") throw new FileFailure("NOTREGULAR");
    this.#tree.mayAccess(node, "read");
    this.#fill(node, false);
    const { mode } = this.#tree.attributes(node);
    const file = this.open(to, { write: true, create: true, mode: mode & 0o777 });
    if (there === undefined) file.node.content = node.content!.copy();
    else {
      file.truncate(0);
      file.write(node.content!.read(0, node.content!.size), 0);
    }
    this.#tree.written(file.node);
    this.#tree.setMode(file.node, mode);
  }

  link(from: unknown, to: unknown): void {
    const [source, target] = [this.path(from), this.path(to)];
    for (const path of [source, target]) {
      for (const access of ["read", "write"] as const) this.#permit(path, access);
    }
    this.#tree.link(source, target);
  }

  makeLink(target: unknown, given: unknown): void {
    const path = this.path(given);
    // Deno wants full permissions for that.
    if (!this.#permits.read || !this.#permits.write) this.abandon("it makes a symbolic link");
    const text = target instanceof URL ? this.path(target) : target;
    if (typeof text !== "string") return this.abandon("it links to something else than a path");
    if (text === "") throw new FileFailure("ENOENT");
    this.#tree.makeLink(text, path);
  }

  /** `follow`: Deno's own call refuses a symbolic link. */
  truncate(given: unknown, size: number, follow = true): void {
    if (!follow && this.#tree.walk(this.path(given), false).node?.kind === "symlink") {
      throw new FileFailure("ELOOP");
    }
    this.open(given, { write: true }).truncate(size);
  }

  setMode(given: unknown, mode: number, follow = true): void {
    const path = this.path(given);
    this.#permit(path, "write");
    this.#tree.setMode(this.#tree.find(path, follow), mode);
  }

  setTimes(given: unknown, times: { atime: number; mtime: number }, follow = true): void {
    const path = this.path(given);
    this.#permit(path, "write");
    this.setNodeTimes(this.#tree.find(path, follow), times);
  }

  setNodeTimes(node: Inode, times: { atime: number; mtime: number }): void {
    if (node.kind === "symlink" && node.origin !== undefined) {
      this.abandon("it sets the times of a symbolic link");
    }
    this.#tree.setTimes(node, times);
  }

  setNodeMode(node: Inode, mode: number): void {
    this.#tree.setMode(node, mode);
  }

  /** Who the app runs as. */
  get userId(): number {
    return this.#tree.owner.uid;
  }

  /** A new name in the folder, as it comes from the system's own source of randomness. */
  temporaryPath(options: { dir?: unknown; prefix?: string; suffix?: string } = {}): string {
    const { prefix = "", suffix = "" } = options;
    if (/[/\\\0]/.test(prefix + suffix)) this.abandon("it names a temporary file with more than a name");
    const folder = options.dir === undefined ? this.temporary : options.dir;
    const base = typeof folder === "string" ? folder : this.path(folder);
    const name = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
    return `${base.replace(/(.)\/$/, "$1")}/${prefix}${name}${suffix}`;
  }

  /** As Rust's library does it: the last one first. Returns the topmost folder that was made. */
  #makeFolders(path: string, mode: number): string | undefined {
    if (this.#isThere(path)) return undefined;
    try {
      this.#tree.makeFolder(path, mode);
      return path;
    } catch (error) {
      const above = path.replace(/\/+$/, "").replace(/\/+[^/]*$/, "");
      if (!(error instanceof FileFailure) || error.code !== "ENOENT" || above === "") throw error;
      const first = this.#makeFolders(above, mode);
      if (this.#isThere(path)) return first;
      this.#tree.makeFolder(path, mode);
      return first ?? path;
    }
  }

  #isThere(path: string): boolean {
    return this.#nodeAt(path)?.kind === "directory";
  }

  /** What a path leads to; undefined if it leads nowhere, for whatever reason. */
  #nodeAt(path: string): Inode | undefined {
    try {
      return this.#tree.walk(path, true).node ?? undefined;
    } catch (error) {
      if (error instanceof FileFailure) return undefined;
      throw error;
    }
  }

  /** Looks a path up, and lets its bytes come along where they will be needed. */
  #walkForContent(path: string, how: OpenHow): Place {
    this.#wantContent = how.read === true && how.truncate !== true;
    try {
      return this.#tree.walk(path, how.createNew !== true);
    } finally {
      this.#wantContent = false;
    }
  }

  #fill(node: Inode, truncate: boolean): void {
    node.content ??= new FileContent(
      node.origin === undefined ? undefined : {
        path: node.origin,
        size: this.#tree.attributes(node).size,
        read: (at, bytes) => this.#readDevice(node.origin!, at, bytes),
      },
    );
    if (!truncate) return;
    node.content.truncate(0);
    this.#tree.written(node);
  }

  #newTree(): FileTree {
    const source: FileSource = {
      look: (path) => {
        if (this.#ahead.awaits(path)) return [];
        const answer = this.#serve("look", path, { content: this.#wantContent });
        this.#learn(answer.reply);
        this.#ahead.take(answer);
        return [];
      },
      list: (path) => this.#serve("list", path).reply.value as Listed[],
      read: (path, at, bytes) => this.#readDevice(path, at, bytes),
      removable: (path) => void this.#serve("removable", path),
    };
    const { now, abandon } = this.#parts;
    return new FileTree({ source, owner: this.#owner, now, abandon });
  }

  #learn({ value }: GuestReply): void {
    const found = (value ?? []) as readonly Found[];
    for (let i = 0; i < found.length; i++) this.#tree.learn(found[i]!);
  }

  #readDevice(path: string, at: number, bytes: number): Uint8Array {
    if (this.#read.size < MAX_READ) this.#read.add(path);
    const ahead = this.#ahead.read(path, at, bytes);
    if (ahead !== undefined) return ahead;
    const answer = this.#serve("read", path, { at, bytes });
    this.#learn(answer.reply);
    const all = this.#ahead.take(answer);
    if (all.length < bytes) return this.abandon(`${path} changed on the device meanwhile`);
    return all.subarray(0, bytes);
  }

  #serve(call: string, path: string, options?: object): Answer {
    const answer = this.#parts.ask({ op: "file", call, path, ...(options !== undefined && { options }) });
    const { error, ok } = answer.reply;
    if (ok) return answer;
    if (error?.code === "EACCES") throw new FileFailure("EACCES");
    return this.abandon(error?.message ?? `no answer for ${path}`);
  }

  /** What the app's own permissions forbid, or would ask a person about, is the device's to do. */
  #permit(path: string, access: keyof Permits): void {
    if (this.#permits[access] || this.#allowed.has(`${access} ${path}`)) return;
    const { reply } = this.#serve("permit", path, { access });
    if (reply.value !== true) this.abandon(`the app has no ${access} permission for ${path} yet`);
    this.#allowed.add(`${access} ${path}`);
  }
}
