import { folderOf } from "./plain_path.ts";
import type { FileState, LandingPlan, StagedBytes } from "./landing_journal.ts";
import type { OnStep } from "./landing.ts";

type Taken = LandingPlan["taken"][number];
type Attached = LandingPlan["attached"][number];

const COPY_BYTES = 1024 * 1024;

/** The single steps of a landing; each may be done again when it isn't known whether it was done. */
export class FileSteps {
  readonly #onStep: OnStep;

  constructor(onStep: OnStep) {
    this.#onStep = onStep;
  }

  /** Puts aside what is at a path. */
  take({ path, slot }: Taken): void {
    this.#onStep(`take ${path}`);
    if (!exists(slot)) Deno.renameSync(path, slot);
  }

  untake({ path, slot }: Taken): void {
    this.#onStep(`untake ${path}`);
    if (!exists(slot)) return;
    if (exists(path)) throw new Error(`${path} is in the way`);
    keepingFolderTimes(path, () => Deno.renameSync(slot, path));
  }

  /** Gives a path to what is staged, or to what has another name. @throws {Error} if something is there */
  attach({ path, slot, link }: Attached): void {
    this.#onStep(`attach ${path}`);
    if (link !== undefined) return addName(link, path);
    if (!exists(slot!)) return;
    if (Deno.lstatSync(slot!).isFile && addedName(slot!, path)) return Deno.removeSync(slot!);
    if (exists(path)) throw new Error(`${path} was made meanwhile`);
    Deno.renameSync(slot!, path);
  }

  detach({ path, slot, link }: Attached): void {
    this.#onStep(`detach ${path}`);
    if (link !== undefined) {
      if (exists(path) && isSame(link, path)) Deno.removeSync(path);
    } else if (!exists(slot!)) Deno.renameSync(path, slot!);
    else if (exists(path) && isSame(slot!, path)) Deno.removeSync(path);
  }

  patch(path: string, { content, mode, atime, mtime }: FileState): void {
    this.#onStep(`patch ${path}`);
    if (content !== undefined) writeStaged(path, content);
    if (mode !== undefined) Deno.chmodSync(path, mode);
    if (atime !== undefined && mtime !== undefined) setTimes(path, atime, mtime);
  }

  unpatch(path: string, before: FileState): void {
    this.#onStep(`unpatch ${path}`);
    if (exists(path)) this.patch(path, before);
  }

  /** Names that came and went changed a folder's times again. */
  restoreTimes(path: string, { atime, mtime }: FileState): void {
    if (atime === undefined || mtime === undefined || !exists(path)) return;
    if (Deno.lstatSync(path).isDirectory) setTimes(path, atime, mtime);
  }

  /** Removes a staging folder; the folder it is in looks untouched. */
  clear(folder: string): void {
    this.#onStep(`clear ${folder}`);
    if (!exists(folder)) return;
    keepingFolderTimes(folder, () => Deno.removeSync(folder, { recursive: true }));
  }
}

/** Whoever may write to somebody else's file can't set its times: then they are the present ones. */
function setTimes(path: string, atime: number, mtime: number): void {
  try {
    Deno.utimeSync(path, new Date(atime), new Date(mtime));
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
  }
}

/** Does something with one name of a folder, whose times stay. */
export function keepingFolderTimes(path: string, perform: () => void): void {
  const folder = folderOf(path);
  const { atime, mtime } = Deno.statSync(folder);
  perform();
  try {
    Deno.utimeSync(folder, atime!, mtime!);
  } catch {
    // It belongs to somebody else.
  }
}

function addName(from: string, to: string): void {
  if (exists(to) && isSame(from, to)) return;
  Deno.linkSync(from, to);
}

/** Never replaces what is there. False where the file system knows no second names. */
function addedName(from: string, to: string): boolean {
  if (exists(to)) {
    if (isSame(from, to)) return true;
    throw new Error(`${to} was made meanwhile`);
  }
  try {
    Deno.linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new Error(`${to} was made meanwhile`, { cause: error });
    }
    return false;
  }
}

function writeStaged(path: string, { file, pieces, kept, size }: StagedBytes): void {
  using from = Deno.openSync(file);
  using to = Deno.openSync(path, { write: true });
  if (to.statSync().size > kept) to.truncateSync(kept);
  const buffer = new Uint8Array(COPY_BYTES);
  for (const { at, bytes } of pieces) {
    to.seekSync(at, Deno.SeekMode.Start);
    for (let left = bytes; left > 0;) {
      const count = from.readSync(buffer.subarray(0, Math.min(left, buffer.length)));
      if (count === null) throw new RangeError(`Cannot change ${path}: its bytes are missing`);
      for (let done = 0; done < count;) done += to.writeSync(buffer.subarray(done, count));
      left -= count;
    }
  }
  to.truncateSync(size);
}

function isSame(a: string, b: string): boolean {
  const [one, two] = [Deno.lstatSync(a), Deno.lstatSync(b)];
  return one.dev === two.dev && one.ino === two.ino;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
