import { STAY_AWAKE_MS } from "./constants.ts";

/**
 * How a system is told not to go to sleep: a command that holds that back as long as another one runs. That one reads what this
 * process never writes, so it ends with this process, whatever becomes of it.
 */
const COMMANDS: Partial<Record<typeof Deno.build.os, readonly string[]>> = {
  linux: [
    ...["systemd-inhibit", "--what=idle:sleep", "--mode=block", "--who=clonecloud"],
    ...["--why=a paired device computes here", "cat"],
  ],
  darwin: ["caffeinate", "-i", "cat"],
};

/** What a {@linkcode StayAwake} works with. */
export interface StayAwakeOptions {
  power(): Promise<"mains" | "battery" | "unknown">;
  log(line: string): void;
  /** How long after the last migration a session still keeps the machine awake; {@linkcode STAY_AWAKE_MS} if left out. */
  readonly forMs?: number;
}

/**
 * Keeps this machine awake while sessions live: not on its battery, and only for some time after a device last sent a thread.
 *
 * It owns one process at most; nobody waits for it, and a system without such a command sleeps as it likes.
 */
export class StayAwake {
  readonly #options: StayAwakeOptions;
  #sessions = 0;
  #child: Deno.ChildProcess | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hasFailed = false;

  constructor(options: StayAwakeOptions) {
    this.#options = options;
  }

  /** A session has begun; the returned function ends it. */
  begin(): () => void {
    this.#sessions++;
    this.active();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.#sessions === 0) this.close();
    };
  }

  /** A device sends a thread: the time starts anew. */
  active(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), this.#options.forMs ?? STAY_AWAKE_MS);
    Deno.unrefTimer(this.#timer);
    if (this.#child === undefined && !this.#hasFailed) this.#hold();
  }

  /** The machine may sleep. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const child = this.#child;
    this.#child = undefined;
    child?.stdin.close().catch(() => {});
  }

  async #hold(): Promise<void> {
    const command = COMMANDS[Deno.build.os];
    if (command === undefined || await this.#options.power() === "battery") return;
    if (this.#timer === undefined || this.#child !== undefined) return;
    try {
      const [program, ...args] = command;
      const child = new Deno.Command(program!, {
        args,
        stdin: "piped",
        stdout: "null",
        stderr: "null",
        // Ctrl-C is this process's.
        detached: Deno.build.os !== "windows",
      }).spawn();
      child.unref();
      this.#child = child;
      const { success } = await child.status;
      if (this.#child === child) this.#failed(success ? "it ended" : "it isn't allowed to");
    } catch (error) {
      this.#failed((error as Error).message);
    }
  }

  /** Once is enough: a system that refuses goes on refusing. */
  #failed(reason: string): void {
    this.#child = undefined;
    this.#hasFailed = true;
    this.#options.log(`Cannot keep this machine awake: ${reason}`);
  }
}
