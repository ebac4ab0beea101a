import type { GuestCommand } from "../../runtime/mod.ts";
import { type Channel, childChannel, within } from "../channel/mod.ts";
import { EXIT_GRACE_MS, MAX_GUEST_LOG_BYTES, MAX_SAID_ERROR } from "./constants.ts";
import { sandboxed, type SandboxOptions } from "./guest_sandbox.ts";

/** How a guest ended. */
export interface GuestEnd extends Deno.CommandStatus {
  /** The error that it ended with, if it said one. */
  readonly error: string | undefined;
}

/** A guest process; it serves one session and never another. */
export interface Guest {
  readonly pid: number;
  /** Its stdin and stdout. */
  readonly channel: Channel;
  /** Resolves when it is gone and its folder removed, with how it ended. */
  readonly exited: Promise<GuestEnd>;
  /** Kills it and all it started (SIGKILL); it may be gone already. */
  kill(): void;
  /** Stops or continues it and all it started; it may be gone already. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void;
}

/** What {@linkcode startGuest} needs from its peer. */
export interface GuestHost {
  readonly command: GuestCommand;
  readonly sandbox: SandboxOptions;
  /** Where its folder is made, and how that is called. */
  readonly folders: { readonly dir: string; readonly prefix: string };
  /** Lines for the peer's log. */
  log(line: string): void;
  /** Told of each guest's start and end. */
  readonly watchdog: { add(pid: number, folder: string): void; remove(pid: number): void };
}

/** Starts a guest in an empty private folder, with no environment but its command's. @throws {Error} if it can't. */
export async function startGuest(host: GuestHost): Promise<Guest> {
  const folder = await Deno.makeTempDir({ ...host.folders });
  const { command, args, env } = sandboxed(host.command, folder, host.sandbox);
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      clearEnv: true,
      cwd: folder,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // Its own process group, so that the terminal's Ctrl-C is the peer's to handle and one signal ends the group.
      detached: Deno.build.os !== "windows",
    }).spawn();
  } catch (cause) {
    await Deno.remove(folder, { recursive: true });
    throw new Error(`Cannot start guest: ${(cause as Error).message}`, { cause });
  }
  host.watchdog.add(child.pid, folder);
  const log = logLines(child, host);
  const exited = child.status.then(async (status) => {
    signalGroup(child.pid, "SIGKILL");
    host.watchdog.remove(child.pid);
    await Deno.remove(folder, { recursive: true }).catch(() => {});
    // What it said last is read by then, unless something that isn't its group's holds its stderr open.
    await within(EXIT_GRACE_MS, log.ended);
    return { ...status, error: log.error };
  });
  return {
    pid: child.pid,
    channel: childChannel(child),
    exited,
    kill: () => kill(child),
    signal: (signal) => void signalGroup(child.pid, signal),
  };
}

/** How a process ended, in words. */
export function describeExit({ code, signal, error }: GuestEnd): string {
  const end = signal === null ? `it ended with exit code ${code}` : `it was killed by ${signal}`;
  return error === undefined ? end : `${end} (${error})`;
}

function kill(child: Deno.ChildProcess): void {
  if (signalGroup(child.pid, "SIGKILL")) return;
  try {
    child.kill("SIGKILL");
  } catch {
    // Gone already.
  }
}

/** Signals a guest's process group; false if that can't be. */
export function signalGroup(pid: number, signal: Deno.Signal): boolean {
  if (Deno.build.os === "windows") return false;
  try {
    Deno.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** What a guest writes to stderr. */
interface GuestLog {
  readonly ended: Promise<void>;
  /** The first error in it. */
  error: string | undefined;
}

/** An error as it is shown by `guest_entry.ts` and by Deno, and as V8 ends a process. */
const ERROR_LINE = /^(?:error: |# )(?=.*\p{L})(.+)/u;

/** Reads stderr to its end; a guest that writes more than the limit is read on but no longer logged. */
function logLines(child: Deno.ChildProcess, host: GuestHost): GuestLog {
  let left = host.sandbox.without.has("log-size") ? Infinity : MAX_GUEST_LOG_BYTES;
  const log: GuestLog = { error: undefined, ended: read() };
  async function read(): Promise<void> {
    try {
      for await (const chunk of child.stderr) {
        if (left <= 0) continue;
        const raw = new TextDecoder().decode(chunk.subarray(0, left));
        const text = host.sandbox.without.has("log-text") ? raw : raw.replace(/[^\P{C}\n\t]/gu, "");
        left -= chunk.length;
        for (const line of text.split("\n")) {
          if (line === "") continue;
          log.error ??= ERROR_LINE.exec(line)?.[1]?.slice(0, MAX_SAID_ERROR);
          host.log(`guest ${child.pid}: ${line}`);
        }
      }
    } catch {
      // The guest is gone.
    }
  }
  return log;
}
