/**
 * Files as migrated code sees them: the device's tree, looked at where the code goes, under what the code changed.
 *
 * Owns all inodes of one invocation. Invariants:
 * 1. A name of a device folder is changed only after it was looked up, so `before` knows what the device has there.
 * 2. The device's tree doesn't change meanwhile as far as it was looked at: that is checked before anything lands.
 * 3. Failures are those of the system's calls ({@linkcode FileFailure}); what can't be known abandons the migration.
 */
import { Inode } from "./inode.ts";
import {
  type FileAttributes,
  FileFailure,
  type FileOwner,
  type FileSource,
  type Found,
} from "./file_tree_types.ts";

/** As in Linux. */
const MAX_LINKS_FOLLOWED = 40;
const MAX_NAME_BYTES = 255;

/** Where a path leads: a name in a folder, and what is there. */
export interface Place {
  readonly folder: Inode;
  readonly name: string;
  readonly node: Inode | null;
  /** The path ended in `.`, `..` or nothing: it names a folder, no entry of one. */
  readonly dots?: boolean;
}

export interface FileTreeParts {
  readonly source: FileSource;
  readonly owner: FileOwner;
  /** Milliseconds since the epoch, on the device. */
  now(): number;
  abandon(reason: string): never;
}

export class FileTree {
  readonly root: Inode;
  readonly #parts: FileTreeParts;
  /** What the device has at its paths, as it was found. */
  readonly #origins = new Map<string, Inode | null>();
  /** Files with several names, by device and number. */
  readonly #shared = new Map<string, Inode>();
  readonly #denied = new Map<string, string>();
  /** All device folders of which a name was changed, and all device files that were changed. */
  readonly touched = new Set<Inode>();
  /** How many times anything was changed. */
  changes = 0;
  #serial = 0;

  constructor(parts: FileTreeParts) {
    this.#parts = parts;
    this.root = new Inode("directory", "", "");
    this.root.isPassage = true;
    this.root.parent = this.root;
    this.#origins.set("", this.root);
  }

  // Finding

  /** Follows a path. @throws {FileFailure} `ENOENT`, `ENOTDIR`, `ELOOP`, `EACCES` */
  walk(path: string, follow: boolean): Place {
    const parts = path.split("/").filter((part) => part !== "");
    let directoryOnly = path.endsWith("/");
    let at = this.root;
    let links = 0;
    while (parts.length > 0) {
      const name = parts.shift()!;
      if (at.kind !== "directory") throw new FileFailure("ENOTDIR");
      if (name === ".") continue;
      if (name === "..") {
        at = at.parent!;
        continue;
      }
      if (at.isModeSet) this.mayAccess(at, "search");
      const node = this.#child(at, name, parts);
      const last = parts.length === 0;
      if (node?.kind === "symlink" && (!last || follow || directoryOnly)) {
        if (++links > MAX_LINKS_FOLLOWED) throw new FileFailure("ELOOP");
        const { target } = this.attributes(node);
        if (target!.startsWith("/")) at = this.root;
        if (last) directoryOnly ||= target!.endsWith("/");
        parts.unshift(...target!.split("/").filter((part) => part !== ""));
        continue;
      }
      if (last) {
        if (directoryOnly && node !== null && node.kind !== "directory") throw new FileFailure("ENOTDIR");
        return { folder: at, name, node };
      }
      if (node === null) throw new FileFailure("ENOENT");
      at = node;
    }
    if (at.kind !== "directory") throw new FileFailure("ENOTDIR");
    return { folder: at.parent!, name: at.name, node: at, dots: true };
  }

  /** What a path names. @throws {FileFailure} if nothing */
  find(path: string, follow: boolean): Inode {
    const { node } = this.walk(path, follow);
    if (node === null) throw new FileFailure("ENOENT");
    return node;
  }

  /** A path without symbolic links. */
  realPath(path: string): string {
    const { folder, name, node, dots } = this.walk(path, true);
    if (node === null) throw new FileFailure("ENOENT");
    return (dots ? node.path : `${folder.path}/${name}`) || "/";
  }

  attributes(node: Inode): FileAttributes {
    if (node.attributes === undefined) {
      if (node.isPassage) {
        this.#parts.abandon(`it asks about ${node.origin || "/"}, outside of what clones may see`);
      }
      this.#look(node.origin!);
      if (node.attributes === undefined) {
        this.#parts.abandon(`${node.origin} changed on the device meanwhile`);
      }
    }
    return node.attributes!;
  }

  /** Entries of a folder. */
  list(node: Inode): [string, Inode][] {
    if (node.kind !== "directory") throw new FileFailure("ENOTDIR");
    if (node.isPassage) this.#parts.abandon(`it lists ${node.origin || "/"}, outside of what clones may see`);
    if (!node.isComplete) {
      for (const { name, kind, info } of this.#parts.source.list(node.origin!)) {
        const origin = `${node.origin}/${name}`;
        if (!this.#origins.has(origin)) this.#origins.set(origin, this.#found(origin, name, kind, info));
        if (!node.children.has(name)) this.#place(node, name, this.#origins.get(origin)!);
      }
      node.isComplete = true;
    }
    return [...node.children].filter((entry): entry is [string, Inode] => entry[1] !== null);
  }

  // Changing

  /** @throws {FileFailure} `EEXIST` */
  makeFolder(path: string, mode: number): Inode {
    const place = this.#newPlace(path.replace(/\/+$/, ""));
    const node = this.#create("directory", place.folder, mode & ~this.#parts.owner.umask);
    this.#put(place, node);
    return node;
  }

  makeFile(place: Place, mode: number): Inode {
    this.#checkName(place.name);
    const node = this.#create("file", place.folder, mode & ~this.#parts.owner.umask);
    this.#put(place, node);
    return node;
  }

  makeLink(target: string, path: string): void {
    const place = this.#newPlace(path);
    const node = this.#create("symlink", place.folder, 0o777);
    node.attributes = { ...node.attributes!, target, size: new TextEncoder().encode(target).length };
    this.#put(place, node);
  }

  /** Another name for a file. */
  link(from: string, to: string): void {
    const { node } = this.walk(from, false);
    if (node === null) throw new FileFailure("ENOENT");
    const place = this.#newPlace(to);
    if (node.kind === "directory") throw new FileFailure("EPERM");
    if (node.kind === "other") this.#parts.abandon("it links a device file");
    this.#sameDevice(node, place.folder);
    this.#put(place, node);
    this.#changedAttributes(node);
  }

  /** Removes a name. `only` says what it may be. */
  remove(path: string, only: "any" | "directory" | "tree"): void {
    const place = this.walk(path, false);
    const { node } = place;
    if (node === null) throw new FileFailure("ENOENT");
    if (place.dots) this.#parts.abandon("it removes . or ..");
    if (node.kind === "directory") {
      if (node.isPassage) this.#parts.abandon(`it removes ${path}, which leads to what clones may see`);
      if (only !== "tree" && this.list(node).length > 0) throw new FileFailure("ENOTEMPTY");
      if (only === "tree" && node.origin !== undefined) this.#parts.source.removable(node.origin);
    } else if (only === "directory") throw new FileFailure("ENOTDIR");
    this.#take(place);
  }

  rename(from: string, to: string): void {
    const source = this.walk(from, false);
    const { node } = source;
    const target = this.walk(to.replace(/\/+$/, "") || "/", false);
    if (node === null) throw new FileFailure("ENOENT");
    if (source.dots || target.dots) this.#parts.abandon("it renames . or ..");
    if (to.endsWith("/") && node.kind !== "directory") throw new FileFailure("ENOTDIR");
    if (node === target.node) return;
    if (node.isPassage || target.node?.isPassage) this.#parts.abandon(`it renames ${from} to ${to}`);
    for (let at = target.folder; at !== this.root; at = at.parent!) {
      if (at === node) throw new FileFailure("EINVAL");
    }
    for (let at = source.folder; at !== this.root; at = at.parent!) {
      if (at === target.node) throw new FileFailure("ENOTEMPTY");
    }
    this.#sameDevice(node, target.folder);
    if (target.node !== null) this.#checkReplaced(node, target.node);
    this.#checkName(target.name);
    this.#mayChange(target.folder);
    this.#take(source);
    if (target.node !== null) this.#take(target);
    this.#put({ ...target, node: null }, node);
    this.attributes(node).ctime = this.#parts.now();
  }

  /** @throws {FileFailure} `EPERM` for whom the file doesn't belong to */
  setMode(node: Inode, mode: number): void {
    this.#mayOwn(node);
    const info = this.attributes(node);
    info.mode = (info.mode & ~0o7777) | (mode & 0o7777);
    node.isModeSet = true;
    this.#changedAttributes(node);
  }

  setTimes(node: Inode, times: { atime: number; mtime: number }): void {
    this.#mayOwn(node);
    Object.assign(this.attributes(node), times);
    node.areTimesSet = true;
    this.#changedAttributes(node);
  }

  /** A file's bytes were changed. */
  written(node: Inode): void {
    this.changes++;
    const info = this.attributes(node);
    info.size = node.content!.size;
    info.blocks = Math.ceil(info.size / 512 / 8) * 8;
    info.mtime = info.ctime = this.#parts.now();
    node.areTimesSet = true;
    if (node.origin !== undefined) this.touched.add(node);
  }

  /** Whose files new ones are. */
  get owner(): FileOwner {
    return this.#parts.owner;
  }

  /** Whether the app's user may do that; abandons where only the device can tell. */
  mayAccess(node: Inode, access: "read" | "write" | "search"): void {
    const { mode, uid, gid } = this.attributes(node);
    const { owner } = this.#parts;
    if (owner.uid === 0) return;
    const bits = { read: 4, write: 2, search: 1 }[access];
    const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0;
    if (((mode >> shift) & bits) === 0) this.#parts.abandon(`it would ${access} where the mode forbids it`);
  }

  /** Where something new may be made. */
  #newPlace(path: string): Place {
    const place = this.walk(path, false);
    if (place.node !== null) throw new FileFailure("EEXIST");
    if (path.endsWith("/")) throw new FileFailure("ENOENT");
    this.#checkName(place.name);
    return place;
  }

  #checkName(name: string): void {
    if (new TextEncoder().encode(name).length > MAX_NAME_BYTES) throw new FileFailure("ENAMETOOLONG");
  }

  #checkReplaced(node: Inode, replaced: Inode): void {
    if (node.kind === "directory") {
      if (replaced.kind !== "directory") throw new FileFailure("ENOTDIR");
      if (this.list(replaced).length > 0) throw new FileFailure("ENOTEMPTY");
    } else if (replaced.kind === "directory") throw new FileFailure("EISDIR");
  }

  #create(kind: Inode["kind"], folder: Inode, permissions: number): Inode {
    const { dev, gid, mode, blksize } = this.attributes(folder);
    if ((mode & 0o2000) !== 0) this.#parts.abandon("it makes a file in a folder that passes its group on");
    const node = new Inode(kind, undefined, "");
    const time = this.#parts.now();
    const type = kind === "directory" ? 0o040000 : kind === "symlink" ? 0o120000 : 0o100000;
    const { owner } = this.#parts;
    node.attributes = {
      kind,
      size: kind === "directory" ? blksize : 0,
      mode: type | permissions,
      mtime: time,
      atime: time,
      birthtime: time,
      ctime: time,
      dev,
      ino: FIRST_NEW_INO + this.#serial++,
      nlink: kind === "directory" ? 2 : 0,
      uid: owner.uid,
      gid: owner.gid ?? gid,
      rdev: 0,
      blksize,
      blocks: kind === "directory" ? 8 : 0,
    };
    node.isComplete = true;
    return node;
  }

  #put({ folder, name }: Place, node: Inode): void {
    this.#mayChange(folder);
    this.#note(folder, name);
    this.#place(folder, name, node);
    this.#count(folder, node, 1);
    this.#folderChanged(folder);
  }

  #take({ folder, name, node }: Place): void {
    this.#mayChange(folder);
    if ((this.attributes(folder).mode & 0o1000) !== 0) this.#mayOwn(node!);
    this.#note(folder, name);
    folder.children.set(name, null);
    const names = node!.names;
    names.splice(names.findIndex((item) => item.folder === folder && item.name === name), 1);
    this.#count(folder, node!, -1);
    this.attributes(node!).ctime = this.#parts.now();
    this.#folderChanged(folder);
  }

  /** A folder counts as a name of its parent, where the file system does that. */
  #count(folder: Inode, node: Inode, change: 1 | -1): void {
    const info = this.attributes(node.kind === "directory" ? folder : node);
    if (node.kind !== "directory" || info.nlink > 1) info.nlink += change;
  }

  /** Remembers what the device has under a name that is about to change. */
  #note(folder: Inode, name: string): void {
    if (folder.origin === undefined) return;
    this.touched.add(folder);
    if (!folder.before.has(name)) folder.before.set(name, folder.children.get(name) ?? null);
  }

  #folderChanged(folder: Inode): void {
    this.changes++;
    const info = this.attributes(folder);
    info.mtime = info.ctime = this.#parts.now();
    folder.areTimesSet = true;
  }

  #changedAttributes(node: Inode): void {
    this.changes++;
    this.attributes(node).ctime = this.#parts.now();
    if (node.origin !== undefined) this.touched.add(node);
  }

  #mayChange(folder: Inode): void {
    if (folder.isPassage) {
      this.#parts.abandon(`it changes ${folder.origin || "/"}, outside of what clones may see`);
    }
    this.mayAccess(folder, "write");
  }

  #mayOwn(node: Inode): void {
    const { uid } = this.attributes(node);
    if (node.kind === "other" || (this.#parts.owner.uid !== 0 && uid !== this.#parts.owner.uid)) {
      this.#parts.abandon("it changes the attributes of a file of somebody else");
    }
  }

  #sameDevice(node: Inode, folder: Inode): void {
    if (this.attributes(node).dev !== this.attributes(folder).dev) {
      this.#parts.abandon("it moves a file to another file system");
    }
  }

  // The device's tree

  #child(folder: Inode, name: string, rest: readonly string[]): Inode | null {
    if (name.length > MAX_NAME_BYTES) this.#checkName(name);
    const known = folder.children.get(name);
    if (known !== undefined) return known;
    if (folder.origin === undefined || folder.isComplete) return null;
    const origin = `${folder.origin}/${name}`;
    const dots = rest.indexOf("..");
    this.#look(
      [origin, ...rest.slice(0, dots < 0 ? rest.length : dots).filter((part) => part !== ".")].join("/"),
    );
    const found = folder.children.get(name);
    if (found !== undefined) return found;
    throw new FileFailure(this.#denied.get(origin) ?? this.#parts.abandon(`no answer for ${origin}`));
  }

  #look(path: string): void {
    for (const found of this.#parts.source.look(path)) this.learn(found);
  }

  /** Takes in what the device has at a path whose folder is known. */
  learn(found: Found): void {
    const { path, info, passage, code } = found;
    if (code !== undefined) return void this.#denied.set(path, code);
    const slash = path.lastIndexOf("/");
    const folder = this.#origins.get(path.slice(0, slash));
    const name = path.slice(slash + 1);
    if (folder === null || folder === undefined) return;
    const known = this.#origins.get(path);
    if (known === undefined) {
      const node = info === null && passage !== true
        ? null
        : this.#found(path, name, info?.kind ?? "directory", info ?? undefined);
      if (node !== null && passage === true) node.isPassage = true;
      this.#origins.set(path, node);
    } else if (known !== null && known.attributes === undefined && info !== null) {
      known.attributes = { ...info };
    }
    if (!folder.children.has(name)) this.#place(folder, name, this.#origins.get(path)!);
  }

  #found(path: string, name: string, kind: Inode["kind"], info?: FileAttributes): Inode {
    const isShared = info !== undefined && kind === "file" && info.nlink > 1;
    const shared = isShared ? this.#shared.get(`${info.dev}:${info.ino}`) : undefined;
    if (shared !== undefined) return shared;
    const node = new Inode(kind, path, name);
    if (info !== undefined) node.attributes = { ...info };
    if (isShared) this.#shared.set(`${info.dev}:${info.ino}`, node);
    return node;
  }

  #place(folder: Inode, name: string, node: Inode | null): void {
    folder.children.set(name, node);
    node?.names.push({ folder, name });
    if (node?.kind !== "directory") return;
    node.parent = folder;
    node.name = name;
  }
}

/** Above what file systems count up to in practice; still exact as a number. */
const FIRST_NEW_INO = 2 ** 52;
