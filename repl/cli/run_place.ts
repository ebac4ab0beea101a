import type { AppConfig } from "../../runtime/mod.ts";

/**
 * What a run has of the process that it was started from: that is the parent of the app's, and has its terminal, its working
 * directory and its rights. Plain JSON, as the run itself may be served by the running peer.
 */
export interface RunPlace {
  /** Id of the process that starts the app's. */
  readonly pid: number;
  /** The Deno that runs apps. */
  readonly denoPath: string;
  /** How long ago the command began, milliseconds. */
  readonly elapsedMs: number;
  /** What the app's process shows of itself, for guests to show the same. */
  readonly shown: Omit<AppConfig["start"], "sessionVersion" | "mainModule" | "args">;
}

/** The Deno that this process runs apps with: under emulation `Deno.execPath()` can't be started. */
export function denoPath(): string {
  return Deno.env.get("CLONECLOUD_DENO") ?? Deno.execPath();
}

/** The place of a run that this process starts. */
export function ownPlace(): RunPlace {
  const terminal = [Deno.stdin.isTerminal(), Deno.stdout.isTerminal(), Deno.stderr.isTerminal()] as const;
  return {
    pid: Deno.pid,
    denoPath: denoPath(),
    elapsedMs: performance.now(),
    shown: {
      cwd: Deno.cwd(),
      env: {},
      noColor: Deno.noColor,
      terminal,
      // Not `Intl`, whose first formatter costs 20 ms of CPU time.
      timeZone: Temporal.Now.timeZoneId(),
      locale: navigator.language,
      temporary: (Deno.env.get("TMPDIR") || "/tmp").replace(/(.)\/+$/, "$1"),
      owner: { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, umask: Deno.umask() },
      execPath: Deno.execPath(),
      processors: navigator.hardwareConcurrency,
      build: { ...Deno.build },
    },
  };
}
