import { foldsCase } from "./case_folding.ts";
import { type FilePermissions, ownPermissions, UnknownPermission } from "./file_permissions.ts";
import { followPath } from "./follow_path.ts";
import { absolutePath, folderOf } from "./plain_path.ts";

/** Never leave the device unless the user names them: secrets and histories. */
const SECRET = /(^|\/)(\.env[^/]*|\.git|\.ssh|\.gnupg|\.aws|id_[a-z0-9]+|[^/]+\.(pem|key|p12|pfx))(\/|$)/i;
/** Whether a path, below a folder that was named, stays on the device. */
export function isSecretPath(path: string): boolean {
  return SECRET.test(path);
}

/**
 * What a clone may do with a path without symbolic links: everything; pass through it; make new files in it; learn that
 * nothing is there, so that a temporary file can be made; nothing.
 */
export type FileAccess = "all" | "passage" | "temporary" | "absent" | "none";

/** The files of a session: what is under its roots, without secrets that no root names. */
export class FileRoots {
  readonly #roots: string[] = [];
  /** Roots whose links nobody followed yet: that asks for permissions, which may not be known at first. */
  readonly #untraced: string[];
  readonly #passages = new Set<string>();
  #temporary: string | undefined;
  #untracedTemporary: string | undefined;
  #folds: boolean | undefined;
  /** What the app may do with files. */
  readonly permissions: FilePermissions;

  /** `roots` are absolute; `temporary` is where migrated code may make new files. */
  constructor(roots: readonly string[], temporary?: string, permissions: FilePermissions = ownPermissions) {
    this.#untraced = [...roots];
    this.#untracedTemporary = temporary;
    this.permissions = permissions;
  }

  /** Another root: a temporary file or folder that was made. */
  add(root: string): void {
    this.#untraced.push(root);
  }

  #traceAll(): void {
    while (this.#untraced.length > 0) {
      this.#roots.push(this.#trace(this.#untraced[0]!) || "/");
      this.#untraced.shift();
    }
    if (this.#untracedTemporary === undefined) return;
    this.#temporary = this.#trace(this.#untracedTemporary);
    this.#untracedTemporary = undefined;
  }

  /** Whether names in other case mean the same in one of them: what migrated code writes there it couldn't find again. */
  get foldsCase(): boolean {
    this.#traceAll();
    return this.#folds ??= this.#roots.some((root) =>
      this.permissions.granted("read", root) && foldsCase(root, this.permissions)
    );
  }

  access(path: string): FileAccess {
    this.#traceAll();
    for (const root of this.#roots) {
      if (isUnder(path, root) && !SECRET.test(path.slice(root.length))) return "all";
    }
    if (path === this.#temporary) return "temporary";
    if (this.#passages.has(path)) return "passage";
    return this.isTemporary(path) ? "absent" : "none";
  }

  /** Whether something is a temporary file of its own, by its path. */
  isTemporary(path: string): boolean {
    this.#traceAll();
    return this.#temporary !== undefined && folderOf(path) === this.#temporary;
  }

  /**
   * Whether a folder that the app may not read itself really is where its path says: as the first thing on the way to `wanted`
   * that the app may read is.
   */
  leadsOn(folder: string, wanted: string): boolean {
    if (!wanted.startsWith(`${folder}/`)) return false;
    let end = folder.length;
    while (end < wanted.length) {
      const next = wanted.indexOf("/", end + 1);
      end = next < 0 ? wanted.length : next;
      const path = wanted.slice(0, end);
      if (!this.permissions.granted("read", path)) continue;
      try {
        return Deno.realPathSync(path) === path;
      } catch {
        return false;
      }
    }
    return false;
  }

  /** Notes what leads to a root; its path without symbolic links. */
  #trace(root: string): string {
    return followPath(absolutePath("/", root), (here) => {
      this.#passages.add(here);
      const link = this.#linkTarget(here);
      return link === undefined ? "enter" : { link };
    });
  }

  #linkTarget(path: string): string | undefined {
    try {
      if (!this.permissions.granted("read", path)) return undefined;
      return Deno.lstatSync(path).isSymlink ? Deno.readLinkSync(path) : undefined;
    } catch (error) {
      if (error instanceof UnknownPermission) throw error;
      return undefined;
    }
  }
}

/** The path is none of the session's files. */
export class OutsideRoots extends Error {
  override readonly name = "OutsideRoots";
  constructor(path: string) {
    super(`Cannot serve ${path}: it is not in the files that clones may see`);
  }
}

function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith("/") ? root : `${root}/`);
}
