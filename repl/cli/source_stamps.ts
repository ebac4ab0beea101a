import { stampOf } from "../boot/mod.ts";

const FOLDERS = ["analysis", "net", "repl", "runtime"];
const FILES = ["deno.json", "mod.ts"];

/** The runtime's own files as they were when this process loaded them. */
export class SourceStamps {
  readonly #stamps: ReadonlyMap<string, string | undefined>;

  private constructor(stamps: ReadonlyMap<string, string | undefined>) {
    this.#stamps = stamps;
  }

  /** `root`: the folder of the runtime, a URL. @throws {Error} if it can't be read. */
  static take(root: string): SourceStamps {
    const folder = decodeURIComponent(new URL(root).pathname);
    const stamps = new Map<string, string | undefined>();
    for (const name of FILES) stamps.set(`${folder}${name}`, stampOf(`${folder}${name}`));
    for (const name of FOLDERS) addFolder(stamps, `${folder}${name}`);
    return new SourceStamps(stamps);
  }

  /** A file's stamp, looked at anew if it isn't one of these: for who knows that they are current. */
  of(path: string): string | undefined {
    return this.#stamps.get(path) ?? stampOf(path);
  }

  /** Whether these are still the files that an app's process would load. */
  areCurrent(): boolean {
    return [...this.#stamps].every(([path, stamp]) => stampOf(path) === stamp);
  }
}

/** A folder's own stamp tells of files that were added or replaced. */
function addFolder(stamps: Map<string, string | undefined>, folder: string): void {
  stamps.set(folder, stampOf(folder));
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) addFolder(stamps, path);
    else if (/(?<!_test)\.[jt]sx?$/.test(name)) stamps.set(path, stampOf(path));
  }
}
