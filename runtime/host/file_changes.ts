import type { Inode } from "./inode.ts";
import type { FileTree } from "./file_tree.ts";

/** Bytes for a file: where they go, and how many of them follow in the message. */
export interface ChangedPiece {
  readonly at: number;
  readonly bytes: number;
}

/** Attributes to set; times in milliseconds since the epoch. */
export interface ChangedAttributes {
  readonly mode?: number;
  readonly atime?: number;
  readonly mtime?: number;
}

/** Something new, made aside before anything lands. */
export type MadeFile =
  | ({
    readonly kind: "file";
    /** The device's file that it starts as a copy of, as far as `kept` bytes. */
    readonly base?: string;
    readonly kept: number;
    readonly size: number;
    readonly pieces: readonly ChangedPiece[];
  } & ChangedAttributes)
  | ({ readonly kind: "directory" } & ChangedAttributes)
  | ({ readonly kind: "symlink"; readonly target: string } & ChangedAttributes);

/** A new name: of what was taken away (by its number), was made (by its number), or has another name already. */
export interface Attached {
  readonly path: string;
  readonly taken?: number;
  readonly made?: number;
  readonly link?: string;
}

/** A device file whose bytes or attributes change in place. */
export interface PatchedFile extends ChangedAttributes {
  readonly path: string;
  readonly content?: {
    readonly size: number;
    readonly kept: number;
    readonly pieces: readonly ChangedPiece[];
  };
}

/**
 * All that migrated code did to files, as the difference it makes: what is taken away first (deepest first), what gets a
 * name then (shallowest first), and what changes in place, by its new path. No path in it leads through a symbolic link.
 */
export interface FileChanges {
  readonly taken: readonly string[];
  readonly made: readonly MadeFile[];
  readonly attached: readonly Attached[];
  readonly patched: readonly PatchedFile[];
}

/** The difference that an invocation made, and the bytes that its pieces stand for, in order; undefined if none. */
export function collectChanges(tree: FileTree): { changes: FileChanges; bytes: Uint8Array[] } | undefined {
  if (tree.touched.size === 0) return undefined;
  return new Collector().collect(tree.touched);
}

/** Whether a device file changed of which only names are left that nobody looked at: no path leads to it. */
export function isOutOfReach(node: Inode): boolean {
  if (node.kind !== "file" || !isChanged(node)) return false;
  return node.attributes!.nlink > node.names.length && !node.names.some(({ folder }) => folder.isReachable);
}

function isChanged(node: Inode): boolean {
  return node.content?.isChanged === true || node.isModeSet || node.areTimesSet;
}

/** A device file's name that it had and keeps, where it is in the end. */
function lastingName(node: Inode): string | undefined {
  const kept = node.names.find(({ folder, name }) =>
    folder.origin !== undefined && folder.isReachable &&
    (!folder.before.has(name) || folder.before.get(name) === node)
  );
  return kept && `${kept.folder.path}/${kept.name}`;
}

class Collector {
  /** Which of the taken paths each node had, not yet attached again. */
  readonly #left = new Map<Inode, number[]>();
  readonly #made: MadeFile[] = [];
  readonly #attached: Attached[] = [];
  /** Second names, given when all first ones are there. */
  readonly #links: Attached[] = [];
  /** Attributes of new folders: what they get inside changes their times again. */
  readonly #patched: PatchedFile[] = [];
  readonly #bytes: Uint8Array[] = [];
  /** The first name that a node gets. */
  readonly #paths = new Map<Inode, string>();

  collect(touched: ReadonlySet<Inode>): { changes: FileChanges; bytes: Uint8Array[] } {
    const moves = [...touched].flatMap((folder) =>
      [...folder.before].map(([name, before]) => ({
        folder,
        name,
        before,
        now: folder.children.get(name) ?? null,
      }))
    ).filter(({ before, now }) => before !== now);
    const taken = moves.filter(({ before }) => before !== null)
      .map(({ folder, name, before }) => ({ path: `${folder.origin}/${name}`, node: before! }))
      .sort((a, b) => depth(b.path) - depth(a.path));
    taken.forEach(({ node }, i) => this.#left.set(node, [...this.#left.get(node) ?? [], i]));
    const attach = moves.filter(({ folder, now }) => now !== null && folder.isReachable)
      .map(({ folder, name, now }) => ({ path: `${folder.path}/${name}`, node: now! }))
      .sort((a, b) => depth(a.path) - depth(b.path));
    for (const { path, node } of attach) this.#attach(path, node);
    const patched = [...touched].flatMap((node) => this.#patchable(node));
    const attributes = this.#patched.map((item) => ({ path: item.path, item }));
    const ordered = [...patched, ...attributes].sort((a, b) => depth(b.path) - depth(a.path));
    const attached = [...this.#attached, ...this.#links];
    const changes = {
      taken: taken.map(({ path }) => path),
      made: this.#made,
      attached,
      patched: ordered.map((one) => "item" in one ? one.item : this.#patch(one)),
    };
    return { changes, bytes: this.#bytes };
  }

  #attach(path: string, node: Inode): void {
    const known = this.#paths.get(node);
    const taken = this.#left.get(node)?.shift();
    if (taken !== undefined) this.#attached.push({ path, taken });
    else if (known !== undefined || node.origin !== undefined) {
      this.#links.push({ path, link: known ?? lastingName(node) ?? "" });
      return;
    } else this.#attached.push({ path, made: this.#make(node, path) });
    if (known === undefined) this.#paths.set(node, path);
    if (node.origin !== undefined) return;
    for (const [name, child] of node.children) if (child !== null) this.#attach(`${path}/${name}`, child);
  }

  #make(node: Inode, path: string): number {
    const { mode, atime, mtime, target } = node.attributes!;
    const times = { ...(atime !== null && { atime }), ...(mtime !== null && { mtime }) };
    const attributes = { mode: mode & 0o7777, ...times };
    if (node.kind === "directory") {
      this.#made.push({ kind: "directory" });
      this.#patched.push({ path, ...attributes });
    } else if (node.kind === "symlink") this.#made.push({ kind: "symlink", target: target!, ...times });
    else {
      const base = node.content?.basePath;
      const content = this.#content(node);
      this.#made.push({ kind: "file", ...attributes, ...(base !== undefined && { base }), ...content });
    }
    return this.#made.length - 1;
  }

  /** A device file that changes in place, with its path in the end; nothing if it doesn't, or has no name any more. */
  #patchable(node: Inode): { path: string; node: Inode }[] {
    if (!isChanged(node)) return [];
    const path = this.#paths.get(node) ?? lastingName(node);
    return path === undefined ? [] : [{ path, node }];
  }

  #patch({ path, node }: { path: string; node: Inode }): PatchedFile {
    const { mode, atime, mtime } = node.attributes!;
    return {
      path,
      ...(node.isModeSet && { mode: mode & 0o7777 }),
      ...(node.areTimesSet && atime !== null && mtime !== null && { atime, mtime }),
      ...(node.content?.isChanged === true && { content: this.#content(node) }),
    };
  }

  #content(node: Inode): { size: number; kept: number; pieces: ChangedPiece[] } {
    if (node.content === undefined) return { size: 0, kept: 0, pieces: [] };
    const { size, kept, pieces } = node.content.change();
    for (const { bytes } of pieces) this.#bytes.push(bytes);
    return { size, kept, pieces: pieces.map(({ at, bytes }) => ({ at, bytes: bytes.length })) };
  }
}

function depth(path: string): number {
  return path.split("/").length;
}
