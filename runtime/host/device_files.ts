import type { GuestReply, GuestRequest } from "../thread/protocol.ts";
import { ReadAhead } from "./read_ahead.ts";

const NO_BYTES = new Uint8Array();
/** Never leave the device unless the user names them: secrets and histories. */
const SECRET = /(^|\/)(\.env[^/]*|\.git|\.ssh|\.gnupg|\.aws|id_[a-z0-9]+|[^/]+\.(pem|key|p12|pfx))(\/|$)/i;

/** A larger file isn't even looked at before it is asked for. */
const MAX_AHEAD_BYTES = 1024 * 1024;

/** What a file was when it was sent: a change is noticed by any of these. */
type Stamp = string;

/** Serves a guest's file requests on the device: with the app's own permissions, inside the session's roots. */
export class DeviceFiles {
  readonly #roots: readonly string[];
  #stamps = new Map<string, Stamp>();
  readonly #ahead: ReadAhead;

  /** `named`: absolute paths among the app's arguments. */
  constructor(roots: readonly string[], named: readonly string[] = []) {
    this.#roots = roots;
    this.#ahead = new ReadAhead(named);
  }

  /** A new invocation: what earlier ones read no longer matters. */
  begin(): void {
    this.#stamps = new Map();
    this.#ahead.begin();
  }

  /** The first of the paths that changed since it was sent. */
  changed(_paths: readonly string[]): string | undefined {
    for (const [path, stamp] of this.#stamps) if (stampOf(path) !== stamp) return path;
    return undefined;
  }

  serve(request: Extract<GuestRequest, { op: "file" }>): { reply: GuestReply; bytes: Uint8Array } {
    try {
      this.#check(request.path);
      this.#stamps.set(request.path, stampOf(request.path));
      return this.#perform(request.call, request.path);
    } catch (error) {
      const { name, message, code } = error as Error & { code?: string };
      return {
        reply: { ok: false, error: { name, message, ...(code !== undefined && { code }) } },
        bytes: NO_BYTES,
      };
    }
  }

  #perform(call: string, path: string): { reply: GuestReply; bytes: Uint8Array } {
    switch (call) {
      case "read":
        return this.#read(path);
      case "stat":
        return { reply: { ok: true, value: plainInfo(Deno.statSync(path)) }, bytes: NO_BYTES };
      case "lstat":
        return { reply: { ok: true, value: plainInfo(Deno.lstatSync(path)) }, bytes: NO_BYTES };
      case "readDir":
        return { reply: { ok: true, value: this.#list(path) }, bytes: NO_BYTES };
      case "realPath":
        return { reply: { ok: true, value: Deno.realPathSync(path) }, bytes: NO_BYTES };
      case "readLink":
        return { reply: { ok: true, value: Deno.readLinkSync(path) }, bytes: NO_BYTES };
    }
    throw new TypeError(`Cannot serve "${call}": unknown call`);
  }

  #read(path: string): { reply: GuestReply; bytes: Uint8Array } {
    const bytes = Deno.readFileSync(path);
    const ahead = this.#ahead.after(path, (next) => this.#readAhead(next));
    if (ahead.size === 0) return { reply: { ok: true }, bytes };
    const parts = [bytes, ...ahead.values()];
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    const named = [...ahead].map(([path, { length }]) => ({ path, bytes: length }));
    return { reply: { ok: true, ahead: named }, bytes: whole };
  }

  /** A file that nobody asked for yet: whatever is wrong with it is said when somebody does. */
  #readAhead(path: string): Uint8Array | undefined {
    try {
      // Nobody would answer a question while the app is stopped.
      if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") return undefined;
      this.#check(path);
      const stamp = stampOf(path);
      const { isFile, size } = Deno.statSync(path);
      if (!isFile || size > MAX_AHEAD_BYTES) return undefined;
      const bytes = Deno.readFileSync(path);
      this.#stamps.set(path, stamp);
      return bytes;
    } catch {
      return undefined;
    }
  }

  #list(path: string): Deno.DirEntry[] {
    const entries = [...Deno.readDirSync(path)];
    const folder = path.endsWith("/") ? path : `${path}/`;
    this.#ahead.listed(entries.filter(({ isFile }) => isFile).map(({ name }) => folder + name));
    return entries;
  }

  /** @throws {OutsideRoots} for a path that a clone may not see, also through symbolic links. */
  #check(path: string): void {
    if (!path.startsWith("/") || path.includes("\0")) throw new OutsideRoots(path);
    let real = path;
    try {
      real = Deno.realPathSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    for (const item of [path, real]) {
      if (
        item.split("/").includes("..") || SECRET.test(item) ||
        !this.#roots.some((root) => isUnder(item, root))
      ) throw new OutsideRoots(path);
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

function stampOf(path: string): Stamp {
  try {
    const { ino, size, mtime, ctime } = Deno.statSync(path);
    return `${ino} ${size} ${mtime?.getTime()} ${ctime?.getTime()}`;
  } catch (error) {
    return (error as Error).name;
  }
}

function plainInfo(info: Deno.FileInfo): Record<string, unknown> {
  return {
    ...info,
    mtime: info.mtime?.getTime() ?? null,
    atime: info.atime?.getTime() ?? null,
    birthtime: info.birthtime?.getTime() ?? null,
    ctime: info.ctime?.getTime() ?? null,
  };
}
