/**
 * What `run` and the device's running peer say to each other, JSON frames over the peer's local socket: the peer decides,
 * supervises and learns; whoever called `run` starts the app in its own terminal, and makes what would keep the peer from
 * its other duties.
 */
import type { Failure } from "./failure.ts";
import { denoPath, type RunPlace } from "./run_place.ts";

/** The first message: asks the peer to serve a run. */
export interface RunRequest {
  readonly op: "run";
  readonly terms: Terms;
  /** The command line behind `run`. */
  readonly args: readonly string[];
  /** The home if none is named there. */
  readonly home: string;
  readonly place: RunPlace;
}

/** The first answer. */
export interface RunAnswer {
  readonly ok: true;
  /** No lines of our own are wanted. */
  readonly quiet: boolean;
}

/** What both must have in common. */
export interface Terms {
  /** URL of the runtime's own folder. */
  readonly runtime: string;
  readonly deno: string;
  /** What is started on behalf of a run is the peer's own Deno. */
  readonly denoPath: string;
  readonly owner: RunPlace["shown"]["owner"];
  /** What their paths mean: the root folder, and the mount namespace where there are such. */
  readonly files: string;
}

/** From the peer. */
export type RunOrder =
  | { readonly type: "say"; readonly line: string }
  | { readonly type: "launch"; readonly command: string; readonly args: readonly string[] }
  | { readonly type: "aside"; readonly id: number; readonly task: "make" | "misses"; readonly file: string }
  | { readonly type: "done"; readonly code: number }
  | { readonly type: "failed"; readonly failure: Failure };

/** From who called `run`. */
export type RunNews =
  | { readonly type: "ended"; readonly code: number }
  | { readonly type: "unstarted"; readonly message: string }
  /** What came of a task lies in its file. */
  | { readonly type: "aside"; readonly id: number };

/** What this process has to offer to the other one. */
export function ownTerms(): Terms {
  const { dev, ino } = Deno.statSync("/");
  return {
    runtime: new URL("../../", import.meta.url).href,
    deno: Deno.version.deno,
    denoPath: denoPath(),
    owner: { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, umask: Deno.umask() },
    files: `${dev} ${ino} ${mountNamespace()}`,
  };
}

function mountNamespace(): string {
  try {
    return Deno.readLinkSync("/proc/self/ns/mnt");
  } catch {
    return "";
  }
}
