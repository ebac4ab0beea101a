import type {
  Attached,
  ChangedAttributes,
  ChangedPiece,
  FileChanges,
  MadeFile,
  PatchedFile,
} from "./file_changes.ts";
import { type FileRoots, OutsideRoots } from "./file_roots.ts";
import { absolutePath, folderOf } from "./plain_path.ts";

/** More names than that in one invocation's changes are refused before anything is allocated for them. */
const MAX_CHANGES = 200_000;
const MAX_PATH = 4096;
/** Largest size of a file: what a number holds exactly. */
const MAX_SIZE = Number.MAX_SAFE_INTEGER;

/**
 * Checks what a guest wants to change, every field of it: it is hostile. `bytes` is how many bytes came along.
 *
 * @throws {OutsideRoots} for a path that a clone may not change, also through a symbolic link
 * @throws {TypeError} for anything else that is no proper change, or that the app has no permission for
 */
export function checkedChanges(value: unknown, roots: FileRoots, bytes: number): FileChanges {
  const given = record(value);
  const checker = new Checker(roots);
  const changes: FileChanges = {
    taken: list(given.taken).map((path) => text(path)),
    made: list(given.made).map((item) => made(record(item))),
    attached: list(given.attached).map((item) => attached(record(item))),
    patched: list(given.patched).map((item) => patched(record(item))),
  };
  checker.check(changes);
  let sum = 0;
  for (const item of changes.made) {
    if (item.kind === "file") { for (const piece of item.pieces) sum += piece.bytes; }
  }
  for (const { content } of changes.patched) for (const piece of content?.pieces ?? []) sum += piece.bytes;
  if (sum !== bytes) throw refused("its bytes don't fit");
  return changes;
}

class Checker {
  readonly #roots: FileRoots;
  /** Folders that exist and aren't reached through links. */
  readonly #real = new Set<string>();
  readonly #attached = new Map<string, Attached>();

  constructor(roots: FileRoots) {
    this.#roots = roots;
  }

  check({ taken, made, attached, patched }: FileChanges): void {
    const used = new Set<string>();
    const use = (name: string) => {
      if (used.has(name)) throw refused("it uses something twice");
      used.add(name);
    };
    for (const path of taken) {
      use(`taken ${path}`);
      this.#path(path, "write");
      this.#folder(folderOf(path));
    }
    for (const item of attached) {
      use(`path ${item.path}`);
      this.#path(item.path, "write", true);
      this.#inFolder(item.path, { taken, made });
      const { link } = item;
      if ([item.taken, item.made, link].filter((from) => from !== undefined).length !== 1) {
        throw refused("a new name needs one origin");
      }
      if (item.taken !== undefined) this.#known(item.taken, taken, () => use(`from taken ${item.taken}`));
      if (item.made !== undefined) this.#known(item.made, made, () => use(`from made ${item.made}`));
      if (link !== undefined) {
        if (!this.#attached.has(link)) this.#path(link, "write");
        this.#inFolder(link, { taken, made });
      }
      this.#attached.set(item.path, item);
      if (item.made !== undefined) this.#made(made[item.made]!, item.path);
    }
    for (const { path } of patched) {
      const own = this.#attached.get(path);
      if (own === undefined && this.#roots.access(path) !== "temporary") this.#path(path, "write");
      const at = this.#inFolder(path, { taken, made });
      const origin = own?.taken === undefined ? at : taken[own.taken]!;
      if (own?.made === undefined ? isLink(origin) : made[own.made]!.kind === "symlink") {
        throw new OutsideRoots(path);
      }
    }
  }

  #made(item: MadeFile, path: string): void {
    if (item.kind === "file" && item.base !== undefined) {
      this.#path(item.base, "read");
      this.#folder(folderOf(item.base));
      if (isLink(item.base)) throw new OutsideRoots(item.base);
    }
    if (item.kind !== "symlink") return;
    // A link out of the roots would show a clone more the next time.
    const target = absolutePath(folderOf(path), item.target);
    if (this.#roots.access(target) !== "all") throw new OutsideRoots(target);
    for (const name of ["read", "write"] as const) {
      if (!this.#roots.permissions.granted(name)) {
        throw refused("the app may make no links");
      }
    }
  }

  #known(index: number, among: readonly unknown[], use: () => void): void {
    if (index >= among.length) throw refused("it names what isn't there");
    use();
  }

  /** `isNew`: nothing is there yet, so it may be a temporary file. */
  #path(path: string, access: "read" | "write", isNew = false): void {
    if (!path.startsWith("/") || path !== absolutePath("/", path) || path.includes("\0")) {
      throw new OutsideRoots(path);
    }
    const allowed = this.#roots.access(path);
    if (allowed !== "all" && !(isNew && allowed === "absent")) throw new OutsideRoots(path);
    if (!this.#roots.permissions.granted(access, path)) {
      throw refused(`the app has no ${access} permission for ${path}`);
    }
  }

  /** Checks what will lead to a path, as all that was attached before leaves it. Returns where the path is now. */
  #inFolder(path: string, { taken, made }: Pick<FileChanges, "taken" | "made">): string {
    let above = folderOf(path);
    let rest = path.slice(above.length);
    while (above !== "/" && !this.#attached.has(above)) {
      above = folderOf(above);
      rest = path.slice(above === "/" ? 0 : above.length);
    }
    const item = this.#attached.get(above);
    if (item === undefined) {
      this.#folder(folderOf(path));
      return path;
    }
    if (item.made !== undefined) {
      if (made[item.made]!.kind !== "directory" || folderOf(path) !== above) throw new OutsideRoots(path);
      return path;
    }
    if (item.taken === undefined) throw new OutsideRoots(path);
    const now = taken[item.taken]! + rest;
    this.#folder(folderOf(now));
    return now;
  }

  /** A folder must exist, and be where its path says. */
  #folder(folder: string): void {
    if (this.#real.has(folder)) return;
    if (Deno.realPathSync(folder) !== folder || !Deno.lstatSync(folder).isDirectory) {
      throw new OutsideRoots(folder);
    }
    this.#real.add(folder);
  }
}

function made(item: Record<string, unknown>): MadeFile {
  const attributes = attributesOf(item);
  if (item.kind === "directory") return { kind: "directory", ...attributes };
  if (item.kind === "symlink") return { kind: "symlink", target: text(item.target), ...attributes };
  if (item.kind !== "file") throw refused("it makes something unknown");
  const base = item.base === undefined ? {} : { base: text(item.base) };
  return { kind: "file", ...attributes, ...base, ...contentOf(item) };
}

function attached(item: Record<string, unknown>): Attached {
  return {
    path: text(item.path),
    ...(item.taken !== undefined && { taken: whole(item.taken) }),
    ...(item.made !== undefined && { made: whole(item.made) }),
    ...(item.link !== undefined && { link: text(item.link) }),
  };
}

function patched(item: Record<string, unknown>): PatchedFile {
  const content = item.content === undefined ? {} : { content: contentOf(record(item.content)) };
  return { path: text(item.path), ...attributesOf(item), ...content };
}

function contentOf(item: Record<string, unknown>): { size: number; kept: number; pieces: ChangedPiece[] } {
  const [size, kept] = [whole(item.size), whole(item.kept)];
  let end = 0;
  const pieces = list(item.pieces).map((value): ChangedPiece => {
    const { at, bytes } = record(value);
    const piece = { at: whole(at), bytes: whole(bytes) };
    if (piece.at < end || piece.at + piece.bytes > size) throw refused("its pieces overlap");
    end = piece.at + piece.bytes;
    return piece;
  });
  if (kept > size) throw refused("it keeps more than there is");
  return { size, kept, pieces };
}

function attributesOf(item: Record<string, unknown>): ChangedAttributes {
  const { mode, atime, mtime } = item;
  if (mode !== undefined && whole(mode) > 0o7777) throw refused("it sets an unknown mode");
  // Nothing that runs as its owner comes from a clone.
  if (mode !== undefined && (mode as number) & 0o6000) {
    throw refused("it sets the user or group of a program");
  }
  for (const time of [atime, mtime]) {
    if (time !== undefined && !(typeof time === "number" && Math.abs(time) <= 8.64e15)) {
      throw refused("it sets no time");
    }
  }
  return {
    ...(mode !== undefined && { mode: mode as number }),
    ...(atime !== undefined && { atime: atime as number }),
    ...(mtime !== undefined && { mtime: mtime as number }),
  };
}

function refused(why: string): TypeError {
  return new TypeError(`Cannot land changes: ${why}`);
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw refused("they are malformed");
  return value as Record<string, unknown>;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value) || value.length > MAX_CHANGES) throw refused("they are malformed");
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string" || value.length === 0 || value.length > MAX_PATH) {
    throw refused("they are malformed");
  }
  return value;
}

function whole(value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > MAX_SIZE) {
    throw refused("they are malformed");
  }
  return value as number;
}

function isLink(path: string): boolean {
  try {
    return Deno.lstatSync(path).isSymlink;
  } catch {
    return false;
  }
}
