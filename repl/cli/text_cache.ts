import type { TextCache } from "../../runtime/mod.ts";

/** Rewritten modules kept between runs: a file each, in one folder of the home. Anything unreadable counts as absent. */
export class FolderCache implements TextCache {
  readonly #folder: string;
  #whole: string | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  get(key: string): string | undefined {
    try {
      return Deno.readTextFileSync(`${this.#folder}/${key}`);
    } catch {
      return undefined;
    }
  }

  bytes(key: string): Uint8Array<ArrayBuffer> | undefined {
    try {
      return Deno.readFileSync(`${this.#folder}/${key}`);
    } catch {
      return undefined;
    }
  }

  url(key: string): string | undefined {
    try {
      Deno.statSync(`${this.#folder}/${key}`);
      this.#whole ??= encodeURI(Deno.realPathSync(this.#folder)).replace(/[?#]/g, encodeURIComponent);
      return `file://${this.#whole}/${key}`;
    } catch {
      return undefined;
    }
  }

  set(key: string, text: string): void {
    const path = `${this.#folder}/${key}`;
    // Another run may write the same: whoever renames last wins, with the same content.
    const draft = `${path}.${Deno.pid}`;
    try {
      Deno.writeTextFileSync(draft, text, { mode: 0o600 });
      Deno.renameSync(draft, path);
    } catch {
      // A full disk costs the next run its parsing, nothing else.
    }
  }
}
