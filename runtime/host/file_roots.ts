import { foldsCase } from "./case_folding.ts";
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
  readonly #passages = new Set<string>();
  readonly #temporary: string | undefined;
  #folds: boolean | undefined;

  /** `roots` are absolute; `temporary` is where migrated code may make new files. */
  constructor(roots: readonly string[], temporary?: string) {
    for (const root of roots) this.add(root);
    this.#temporary = temporary === undefined ? undefined : this.#trace(temporary);
  }

  /** Another root: a temporary file or folder that was made. */
  add(root: string): void {
    this.#roots.push(this.#trace(root) || "/");
  }

  /** Whether names in other case mean the same in one of them: what migrated code writes there it couldn't find again. */
  get foldsCase(): boolean {
    return this.#folds ??= this.#roots.some((root) =>
      Deno.permissions.querySync({ name: "read", path: root }).state === "granted" && foldsCase(root)
    );
  }

  access(path: string): FileAccess {
    for (const root of this.#roots) {
      if (isUnder(path, root) && !SECRET.test(path.slice(root.length))) return "all";
    }
    if (path === this.#temporary) return "temporary";
    if (this.#passages.has(path)) return "passage";
    return this.isTemporary(path) ? "absent" : "none";
  }

  /** Whether something is a temporary file of its own, by its path. */
  isTemporary(path: string): boolean {
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
      if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") continue;
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
      const link = linkTarget(here);
      return link === undefined ? "enter" : { link };
    });
  }
}

/** The path is none of the session's files. */
export class OutsideRoots extends Error {
  override readonly name = "OutsideRoots";
  constructor(path: string) {
    super(`Cannot serve ${path}: it is not in the files that clones may see`);
  }
}

function linkTarget(path: string): string | undefined {
  try {
    // Nobody could answer a question now.
    if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return undefined;
    return Deno.lstatSync(path).isSymlink ? Deno.readLinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith("/") ? root : `${root}/`);
}
