import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { isSecretPath } from "../../runtime/mod.ts";
import { type FileState, fileState } from "./file_state.ts";

/** So many entries are looked at before what else waits for the thread is done: ten milliseconds. */
const TURN_ENTRIES = 1024;

export interface SeenFile {
  readonly kind: "file";
  readonly name: string;
  readonly state: FileState;
}

export interface SeenLink {
  readonly kind: "link";
  readonly name: string;
  readonly target: string;
}

/** What is in it stands in the order of its names; a single file is in a folder with nothing else, and has no name. */
export interface SeenFolder {
  readonly kind: "folder";
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly entries: readonly SeenEntry[];
}

export type SeenEntry = SeenFile | SeenLink | SeenFolder;

/** A tree's names and states. */
export interface SeenTree {
  readonly entries: readonly SeenEntry[];
  /** A hash of all of it: the same if no name, state or target changed. */
  readonly looks: string;
  readonly files: number;
  readonly bytes: number;
  /** Paths of what stays at home: secrets, sockets, what is gone meanwhile, folders that this user may not read. */
  readonly skipped: readonly string[];
}

/**
 * Looks at a file or folder and all below it, without reading any file.
 *
 * @throws {Error} if what is at `path` itself can't be looked at
 */
export async function lookAtTree(path: string): Promise<SeenTree> {
  return await new Look(path).run();
}

/** Permission bits of a file or folder. */
export function permissionBits(mode: number): number {
  return Number.isNaN(mode) ? 0o644 : mode & 0o7777;
}

class Look {
  readonly #top: string;
  readonly #hash = createHash("sha256");
  readonly #skipped: string[] = [];
  #files = 0;
  #bytes = 0;
  #entries = 0;

  constructor(top: string) {
    this.#top = top;
  }

  async run(): Promise<SeenTree> {
    const info = Deno.lstatSync(this.#top);
    const entries = info.isFile ? [this.#file("", info)] : await this.#below("");
    this.#note(entries);
    return {
      entries,
      looks: this.#hash.digest("hex"),
      files: this.#files,
      bytes: this.#bytes,
      skipped: this.#skipped,
    };
  }

  async #below(folder: string): Promise<SeenEntry[]> {
    const whole = folder === "" ? this.#top : `${this.#top}/${folder}`;
    const entries: SeenEntry[] = [];
    for (const name of Array.from(Deno.readDirSync(whole), ({ name }) => name).sort()) {
      if (++this.#entries % TURN_ENTRIES === 0) await setImmediate();
      // What is above it is none, or wouldn't have been looked into.
      const info = isSecretPath(name) ? undefined : unlessRefused(() => Deno.lstatSync(`${whole}/${name}`));
      let entry: SeenEntry | undefined;
      if (info?.isFile) entry = this.#file(name, info);
      else if (info?.isSymlink) {
        const target = unlessRefused(() => Deno.readLinkSync(`${whole}/${name}`));
        if (target !== undefined) entry = { kind: "link", name, target };
      } else if (info?.isDirectory) entry = await this.#folder(folder, name, info);
      if (entry === undefined) this.#skipped.push(folder === "" ? name : `${folder}/${name}`);
      else entries.push(entry);
    }
    return entries;
  }

  #file(name: string, info: Deno.FileInfo): SeenFile {
    this.#files++;
    this.#bytes += info.size;
    return { kind: "file", name, state: fileState(info) };
  }

  async #folder(above: string, name: string, { mode }: Deno.FileInfo): Promise<SeenFolder | undefined> {
    const below = this.#below(above === "" ? name : `${above}/${name}`);
    const entries = await below.catch(refused);
    if (entries === undefined) return undefined;
    this.#note(entries);
    return { kind: "folder", name, mode: permissionBits(mode ?? NaN), entries };
  }

  /** Folders are noted after those in them, and how many entries they have tells which those are. */
  #note(entries: readonly SeenEntry[]): void {
    const numbers = new Float64Array(entries.length * 6);
    const names: string[] = [];
    let at = 0;
    for (const entry of entries) {
      if (entry.kind === "file") {
        const { bytes, mtimeMs, ctimeMs, inode, mode } = entry.state;
        numbers[at] = 1;
        numbers[at + 1] = bytes;
        numbers[at + 2] = mtimeMs;
        numbers[at + 3] = ctimeMs;
        numbers[at + 4] = inode;
        numbers[at + 5] = mode;
      } else if (entry.kind === "folder") {
        numbers[at] = 2;
        numbers[at + 1] = entry.entries.length;
        numbers[at + 2] = entry.mode;
      }
      names.push(entry.kind === "link" ? `${entry.name}\0${entry.target}` : entry.name);
      at += 6;
    }
    const joined = names.join("\0");
    this.#hash.update(`${entries.length} ${joined.length} `).update(numbers).update(joined);
  }
}

/** Undefined if it is gone, or this user may not. */
function unlessRefused<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    return refused(error);
  }
}

/** @throws what isn't about a path that is gone or that this user may not read */
export function refused(error: unknown): undefined {
  const { PermissionDenied, NotFound } = Deno.errors;
  if (!(error instanceof PermissionDenied || error instanceof NotFound)) throw error;
}
