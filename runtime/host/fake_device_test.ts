import { createHash } from "node:crypto";
import { checkedChanges } from "./checked_changes.ts";
import { DeviceFiles } from "./device_files.ts";
import { FileRoots } from "./file_roots.ts";
import type { Answer } from "./files_ahead.ts";
import type { GuestRequest } from "../thread/protocol.ts";
import { denoFiles } from "./guest_deno.ts";
import { GuestFiles } from "./guest_files.ts";
import { nodeFs } from "./guest_node_fs.ts";
import { land, type Landed, type OnStep } from "./landing.ts";

/** Migrated code gave up: the device would run the method. */
export class Abandoned extends Error {}

/** The whole host layer for files in one process: a guest's calls, a device that serves them, and what lands. */
export class Lab {
  readonly files: GuestFiles;
  readonly deno: typeof Deno;
  readonly fs: typeof import("node:fs");
  readonly device: DeviceFiles;
  readonly roots: FileRoots;
  readonly journals: string;
  requests = 0;
  abandoned: Abandoned | undefined;
  #aside: (() => void) | undefined;
  /** Bytes that the device answered. */
  answered = 0;

  constructor(
    cwd: string,
    journals: string,
    roots: readonly string[] = [cwd],
    named: readonly string[] = [],
  ) {
    this.journals = journals;
    this.roots = new FileRoots(roots, "/tmp");
    this.device = new DeviceFiles(this.roots, named);
    this.files = new GuestFiles({
      ask: (request) => {
        this.requests++;
        return this.#answer(request);
      },
      aside: {
        fetch: () => undefined,
        ask: (request, answered) => this.#aside = () => answered(this.#answer(request)),
        settle: () => {
          const answer = this.#aside;
          this.#aside = undefined;
          answer?.();
        },
      },
      abandon: (reason) => {
        // Here the code that called goes on: what it catches must count, too.
        this.abandoned = new Abandoned(reason);
        throw this.abandoned;
      },
      effect: () => {},
      now: () => Date.now(),
    });
    const owner = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, umask: Deno.umask() };
    this.files.install({ cwd, temporary: "/tmp", owner });
    this.deno = denoFiles(this.files) as unknown as typeof Deno;
    this.fs = nodeFs(this.files).module as unknown as typeof import("node:fs");
    this.begin();
  }

  #answer(request: GuestRequest): Answer {
    if (request.op !== "file") throw new TypeError("not a file");
    const { reply, parts, opened = [], ahead = [] } = this.device.serve(JSON.parse(JSON.stringify(request)));
    const bytes = new Uint8Array([...parts, ...opened, ...ahead].flatMap((part) => [...part.bytes!]));
    this.answered += bytes.length;
    return { reply: JSON.parse(JSON.stringify(reply)), bytes };
  }

  begin(): void {
    this.#aside = undefined;
    this.abandoned = undefined;
    this.device.begin();
    this.files.begin(this.device.permits());
  }

  /** Brings home what was done. @throws {Error} if the device changed, or it can't land */
  merge(onStep?: OnStep): Landed | undefined {
    const changed = this.device.changed(this.files.observed());
    if (changed !== undefined) throw new Abandoned(`${changed} changed`);
    const collected = this.files.changes();
    if (collected === undefined) return undefined;
    const { changes, bytes } = collected;
    const data = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of bytes) {
      data.set(part, at);
      at += part.length;
    }
    const checked = checkedChanges(JSON.parse(JSON.stringify(changes)), this.roots, data.length);
    return land(this.journals, checked, data, onStep);
  }
}

/** Everything about a folder that programs see, one line a path. */
export function snapshot(folder: string, withTimes = false): Record<string, string> {
  const found: Record<string, string> = {};
  const numbers = new Map<number, string>();
  const walk = (below: string) => {
    for (const { name } of [...Deno.readDirSync(folder + below)].sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = `${below}/${name}`;
      const info = Deno.lstatSync(folder + path);
      const time = withTimes || info.mtime!.getTime() < RECENTLY ? ` ${info.mtime!.getTime()}` : " recent";
      const mode = info.isSymlink ? "" : (info.mode! & 0o7777).toString(8);
      const first = info.isFile ? numbers.get(info.ino!) : undefined;
      if (info.isFile) numbers.set(info.ino!, first ?? path);
      const what = info.isSymlink
        ? `-> ${Deno.readLinkSync(folder + path).replace(folder, "ROOT")}`
        : info.isDirectory
        ? "/"
        : first !== undefined
        ? `= ${first}`
        : `${info.size} ${shownBytes(Deno.readFileSync(folder + path))}`;
      found[path] = `${mode} ${what}${info.isSymlink ? "" : time}`;
      if (info.isDirectory) walk(path);
    }
  };
  walk("");
  return found;
}

/** A text that differs where bytes do. */
function shownBytes(bytes: Uint8Array): string {
  const changes = bytes.reduce<string[]>((found, byte, i) => {
    if (found.length < 30 && (i === 0 || byte !== bytes[i - 1])) found.push(`${i}:${byte}`);
    return found;
  }, []);
  return `${changes.join(" ")} ${createHash("sha256").update(bytes).digest("hex").slice(0, 8)}`;
}

/** Times before this were set by somebody. */
const RECENTLY = Date.UTC(2020, 0, 1);
