/** Waits for the end of its standard input, then ends the process group that $0 names, also if it is stopped. */
const GUARD = 'cat >/dev/null; kill -CONT "-$0"; kill -KILL "-$0"';

/**
 * Ends a process group when this process ends, however it does (the kernel closes our end of the guard's pipe).
 * Disposing it ends the guard alone.
 */
export class GroupGuard implements AsyncDisposable {
  readonly #guard: Deno.ChildProcess;

  constructor(group: number) {
    this.#guard = new Deno.Command("sh", {
      args: ["-c", GUARD, String(group)],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true, // a Ctrl-C must not end it before us
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#guard.kill("SIGKILL");
    } catch { /* it has ended already */ }
    await this.#guard.stdin.close().catch(() => {});
    await this.#guard.status;
  }
}

/** Sends a signal to a whole process group; false if it is gone. */
export function signalGroup(group: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(-group, signal);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
