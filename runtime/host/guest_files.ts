import type { Effect, GuestReply, GuestRequest } from "../thread/protocol.ts";

/** Asks the device and waits. */
export type Ask = (request: GuestRequest) => { reply: GuestReply; bytes: Uint8Array };
/** Ends the migration. `what` names a host API that means the device: the same call would end it again. */
export type Abandon = (reason: string, about?: { readonly path?: string; readonly what?: string }) => never;

type Written = { readonly type: "file"; readonly bytes: Uint8Array } | { readonly type: "directory" } | {
  readonly type: "gone";
};

/**
 * Files as migrated code sees them: what the device has, fetched when it is opened and kept for the invocation, under an
 * overlay of what the code wrote. What it wrote lands on the device with the merge.
 */
export class GuestFiles {
  readonly #ask: Ask;
  readonly #abandon: Abandon;
  readonly #effect: (effect: Effect) => void;
  readonly #read = new Map<string, Uint8Array>();
  readonly #overlay = new Map<string, Written>();
  cwd = "/";

  constructor(ask: Ask, abandon: Abandon, effect: (effect: Effect) => void) {
    this.#ask = ask;
    this.#abandon = abandon;
    this.#effect = effect;
  }

  /** A new invocation: the device's files may have changed, and what was written is there now. */
  begin(): void {
    this.#read.clear();
    this.#overlay.clear();
  }

  /** An absolute path as the device would take it. */
  path(given: unknown): string {
    if (given instanceof URL || (typeof given === "string" && given.startsWith("file:"))) {
      const url = new URL(given);
      if (url.protocol !== "file:") throw new TypeError("Must be a file URL.");
      return decodeURIComponent(url.pathname);
    }
    if (typeof given !== "string") return this.#abandon("it opens a file by something else than a path");
    const parts: string[] = [];
    for (const part of (given.startsWith("/") ? given : `${this.cwd}/${given}`).split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "" && part !== ".") parts.push(part);
    }
    return `/${parts.join("/")}`;
  }

  read(given: unknown, api: string): Uint8Array {
    const path = this.path(given);
    const written = this.#overlay.get(path);
    if (written?.type === "file") return written.bytes.slice();
    if (written !== undefined) return this.#abandon(`it reads what it removed or made a directory: ${path}`);
    let bytes = this.#read.get(path);
    if (bytes === undefined) {
      bytes = this.#fetched(this.#serve("read", path, api, given));
      this.#read.set(path, bytes);
    }
    return bytes.slice();
  }

  /** The bytes of the file that was asked for; keeps those of others that came along. */
  #fetched({ reply, bytes }: { reply: GuestReply; bytes: Uint8Array }): Uint8Array {
    const ahead = reply.ahead ?? [];
    const own = bytes.length - ahead.reduce((sum, item) => sum + item.bytes, 0);
    let at = own;
    for (const item of ahead) {
      const content = bytes.subarray(at, at += item.bytes);
      if (!this.#read.has(item.path)) this.#read.set(item.path, content);
    }
    return bytes.subarray(0, own);
  }

  stat(given: unknown, api: string, call: "stat" | "lstat"): Deno.FileInfo {
    const path = this.path(given);
    if (this.#overlay.has(path)) return this.#abandon(`it asks about a file it wrote: ${path}`);
    const info = this.#serve(call, path, api, given).reply.value as Record<string, number | null>;
    const date = (value: unknown) => typeof value === "number" ? new Date(value) : null;
    return {
      ...info,
      mtime: date(info.mtime),
      atime: date(info.atime),
      birthtime: date(info.birthtime),
      ctime: date(info.ctime),
    } as unknown as Deno.FileInfo;
  }

  readDir(given: unknown, api: string): Deno.DirEntry[] {
    const path = this.path(given);
    for (const other of this.#overlay.keys()) {
      if (other.startsWith(`${path}/`)) this.#abandon(`it lists a directory it changed: ${path}`);
    }
    return this.#serve("readDir", path, api, given).reply.value as Deno.DirEntry[];
  }

  text(call: "realPath" | "readLink", given: unknown, api: string): string {
    return this.#serve(call, this.path(given), api, given).reply.value as string;
  }

  exists(given: unknown): boolean {
    const written = this.#overlay.get(this.path(given));
    if (written !== undefined) return written.type !== "gone";
    const below = `${this.path(given)}/`;
    for (const [path, item] of this.#overlay) if (path.startsWith(below) && item.type !== "gone") return true;
    const { reply } = this.#request("stat", this.path(given), "statSync");
    if (!reply.ok && reply.error?.name === "OutsideRoots") this.#abandon(reply.error.message);
    return reply.ok;
  }

  write(given: unknown, bytes: Uint8Array, options: Deno.WriteFileOptions = {}): void {
    const path = this.path(given);
    const before = options.append ? this.#known(path) : undefined;
    const whole = before === undefined ? bytes.slice() : concat(before, bytes);
    if (options.createNew && this.exists(path)) this.#abandon(`it creates a file that is there: ${path}`);
    if (options.create === false && !this.exists(path)) {
      this.#abandon(`it writes a file that isn't there: ${path}`);
    }
    this.#needFolder(path);
    this.#overlay.set(path, { type: "file", bytes: whole });
    const { append, create, createNew, mode } = options;
    const plain = {
      ...(append && { append }),
      ...(create === false && { create }),
      ...(createNew && { createNew }),
      ...(mode !== undefined && { mode }),
    };
    this.#effect({ type: "file", call: "writeFileSync", args: [path, { base64: toBase64(bytes) }, plain] });
  }

  /** Any other change: done on the device with the merge; the code can't look at it before. */
  change(call: string, given: unknown, ...more: unknown[]): void {
    const path = this.path(given);
    const recursive = (more[0] as { recursive?: boolean } | undefined)?.recursive === true;
    // What would fail must fail inside the method, not at the merge.
    if (call === "mkdirSync" ? !recursive && this.exists(path) : !this.exists(path)) {
      this.#abandon(`it changes ${path}, which ${call === "mkdirSync" ? "is there" : "isn't there"}`);
    }
    if (!recursive) this.#needFolder(path);
    this.#overlay.set(path, call === "mkdirSync" ? { type: "directory" } : { type: "gone" });
    this.#effect({ type: "file", call, args: [path, ...more] });
  }

  rename(from: unknown, to: unknown): void {
    const bytes = this.read(from, "readFileSync");
    this.#overlay.set(this.path(to), { type: "file", bytes });
    this.change("renameSync", from, this.path(to));
  }

  #needFolder(path: string): void {
    const folder = path.slice(0, path.lastIndexOf("/")) || "/";
    if (!this.exists(folder)) this.#abandon(`it writes into a folder that isn't there: ${folder}`);
  }

  #known(path: string): Uint8Array | undefined {
    return this.exists(path) ? this.read(path, "readFileSync") : undefined;
  }

  #request(call: string, path: string, api: string): { reply: GuestReply; bytes: Uint8Array } {
    return this.#ask({ op: "file", call, path, options: { api } });
  }

  #serve(call: string, path: string, api: string, given: unknown): { reply: GuestReply; bytes: Uint8Array } {
    const answer = this.#request(call, path, api);
    const { error } = answer.reply;
    if (answer.reply.ok) return answer;
    if (error === undefined || error.name === "OutsideRoots") {
      return this.#abandon(error?.message ?? `no answer for ${path}`);
    }
    throw fileError(error, path, typeof given === "string" ? given : path);
  }
}

/** The error that the device's own call would have thrown. */
function fileError(error: NonNullable<GuestReply["error"]>, path: string, given: string): Error {
  const known = (Deno.errors as unknown as Record<string, new (message: string) => Error>)[error.name];
  const message = error.message.replaceAll(`'${path}'`, `'${given}'`);
  const made = known === undefined ? new Error(message) : new known(message);
  if (error.code !== undefined) {
    Object.defineProperty(made, "code", { value: error.code, configurable: true });
  }
  return made;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

/** Bytes as text for a JSON head. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}
