import { stateOf } from "../../net/home/mod.ts";
import { makePipes } from "../../runtime/mod.ts";
import type { RunPlace } from "./run_place.ts";

/** How many are made at once: the first run of so many waits for it. */
const STOCK = 16;
/** Systems clean their temporary folders of what is some days old. */
const KEPT_MS = 24 * 3600 * 1000;

/** Where supervisors and their apps meet: private folders with pipes, which another program makes, so a few at once. */
export class RunFolders {
  readonly #size: number;
  /** The temporary folder that they are for. */
  #temporary: string | undefined;
  /** What those not taken yet lie in. */
  #stock: string | undefined;
  #ready: string[] = [];
  #filledMs = 0;

  constructor(size: number = STOCK) {
    this.#size = size;
  }

  /** One that only this user can read, called after the app's parent where nobody else has the name. @throws {Error} if there can't be one */
  take({ pid, shown: { temporary } }: RunPlace): string {
    const isOld = performance.now() - this.#filledMs > KEPT_MS;
    if (this.#ready.length === 0 || this.#temporary !== temporary || isOld) this.#fill(temporary);
    const made = this.#ready.pop()!;
    const stock = this.#stock!;
    const named = folderOf(stock.slice(0, stock.lastIndexOf("/")), pid);
    try {
      Deno.renameSync(made, named);
      return named;
    } catch {
      const unnamed = `${stock}-${made.slice(stock.length + 1)}`;
      Deno.renameSync(made, unnamed);
      return unnamed;
    }
  }

  /** Drops those that nobody took. */
  close(): void {
    this.#ready = [];
    if (this.#stock === undefined) return;
    try {
      Deno.removeSync(this.#stock, { recursive: true });
    } catch {
      // Somebody cleaned up the temporary folder.
    }
    this.#stock = undefined;
  }

  #fill(temporary: string): void {
    this.close();
    const stock = this.#stock = temporaryFolder(temporary);
    const folders = Array.from({ length: this.#size }, (_, i) => `${stock}/${i}`);
    try {
      for (const folder of folders) Deno.mkdirSync(folder, { mode: 0o700 });
      makePipes(folders);
    } catch (error) {
      this.close();
      throw new Error(`Cannot write to ${stock}: ${stateOf(error as Error)}`, { cause: error });
    }
    [this.#temporary, this.#ready, this.#filledMs] = [temporary, folders, performance.now()];
  }
}

/** One for a single run. @throws {Error} if there can't be one */
export function runFolder(place: RunPlace): string {
  const folders = new RunFolders(1);
  try {
    return folders.take(place);
  } finally {
    folders.close();
  }
}

function temporaryFolder(dir: string): string {
  try {
    return Deno.makeTempDirSync({ dir, prefix: "clonecloud-" });
  } catch (error) {
    throw new Error(`Cannot make a temporary folder (TMPDIR says where): ${stateOf(error as Error)}`);
  }
}

function folderOf(parent: string, pid: number): string {
  return `${parent}/clonecloud-${pid}`;
}

/**
 * What tells an app's preload module where its supervisor's folder is. The app knows its parent process: as long as the folder
 * is called after that, the module's URL is the same in every run, and Deno's caches don't grow with each.
 */
export function bootQuery(folder: string, pid: number): string {
  const parent = folder.slice(0, folder.lastIndexOf("/"));
  return folder === folderOf(parent, pid)
    ? `?in=${encodeURIComponent(parent)}`
    : `?supervisor=${encodeURIComponent(folder)}`;
}
