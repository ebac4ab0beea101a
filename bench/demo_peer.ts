import { GroupGuard } from "./process_group.ts";
import type { SlowDevice } from "./slow_device.ts";

/** A peer in a process of its own, for the demo. Disposing it ends it; it also ends when this process does, however that ends. */
export class DemoPeer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #guard: GroupGuard | undefined;

  private constructor(child: Deno.ChildProcess, guard: GroupGuard | undefined, readonly address: string) {
    this.#child = child;
    this.#guard = guard;
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Starts one; `slow` runs it on that device, and one that only uses clones `lends` nothing. */
  static async start(
    mod: string,
    options: { home: string; trust?: string; slow?: SlowDevice; lends?: boolean },
  ): Promise<DemoPeer> {
    const args = ["run", "-A", mod, "peer", "--home", options.home, "--listen", "/ip4/127.0.0.1/tcp/0"];
    if (options.trust !== undefined) args.push("--trust", options.trust);
    // Else it starts a guest in advance, which takes a slow device seconds that what is measured then lacks.
    if (options.lends === false) args.push("--max-guests", "0");
    const pipes = { stdin: "null", stdout: "piped", stderr: "null" } as const;
    const child = options.slow === undefined
      ? new Deno.Command(Deno.execPath(), { args, ...pipes, detached: true }).spawn()
      : options.slow.spawn([Deno.execPath(), ...args], pipes);
    // A slow device ends what it runs by itself.
    const guard = options.slow === undefined ? new GroupGuard(child.pid) : undefined;
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error("Cannot start a peer: it ended at once");
      text += value;
    }
    reader.releaseLock();
    return new DemoPeer(child, guard, text.split("\n")[0]!);
  }

  /** The peer id of a home. */
  static async idOf(mod: string, home: string): Promise<string> {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", mod, "id", "--home", home],
    }).output();
    return new TextDecoder().decode(stdout).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#guard?.[Symbol.asyncDispose]();
  }
}
