/** What a command on a machine is started with. */
export interface SpawnOptions {
  /** A path on the machine; its home if left out. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads; nothing if left out. `"open"` leaves the stream open, to be written to through `stdin`. */
  readonly stdin?: string | "open";
}

/** What a command left. */
export interface Output {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs on a machine. Its output is collected from the start. */
export class Running implements AsyncDisposable {
  readonly status: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #piped: boolean;
  readonly #stdout: Collected;
  readonly #stderr: Collected;

  /** `child` is the nsenter process, leader of its group, with the command as its only child. */
  constructor(child: Deno.ChildProcess, stdin: string | undefined) {
    this.#child = child;
    this.#piped = stdin !== undefined;
    this.status = child.status;
    this.#stdout = new Collected(child.stdout);
    this.#stderr = new Collected(child.stderr);
    if (stdin !== undefined && stdin !== "open") this.#feed(stdin);
  }

  get stdin(): WritableStream<Uint8Array> {
    return this.#child.stdin;
  }

  /** What it has written so far. */
  get stdout(): string {
    return this.#stdout.text;
  }

  get stderr(): string {
    return this.#stderr.text;
  }

  /** Resolves to the match once the output so far matches. @throws {Error} with the output if it ends before. */
  waitFor(pattern: RegExp, stream: "stdout" | "stderr" = "stdout"): Promise<RegExpMatchArray> {
    return (stream === "stdout" ? this.#stdout : this.#stderr).waitFor(pattern);
  }

  /** Resolves when it has ended and its output is complete. */
  async output(): Promise<Output> {
    const { code, signal } = await this.status;
    await Promise.all([this.#stdout.ended, this.#stderr.ended]);
    return { code, signal, stdout: this.stdout, stderr: this.stderr };
  }

  /** Id of the command itself, as the host counts. @throws {Error} if it has ended. */
  async pid(): Promise<number> {
    const parent = this.#child.pid;
    for (;;) {
      const children = await Deno.readTextFile(`/proc/${parent}/task/${parent}/children`).catch(() =>
        undefined
      );
      if (children === undefined) throw new Error("Cannot tell the process: it has ended");
      const comm = (await Deno.readTextFile(`/proc/${parent}/comm`).catch(() => "")).trim();
      if (comm === "nsenter" && children !== "") return Number(children.trim().split(" ")[0]);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Sends a signal to the command itself, not to its children. */
  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    Deno.kill(await this.pid(), signal);
  }

  /** Sends SIGINT to the command and all of its process group, as Ctrl-C on a terminal does. */
  async interrupt(): Promise<void> {
    await this.pid();
    const { stdout } = await new Deno.Command("ps", { args: ["-Ao", "pid=,pgid="] }).output();
    for (const line of new TextDecoder().decode(stdout).split("\n")) {
      const [pid, group] = line.trim().split(/\s+/).map(Number);
      // Not nsenter: it has to pass on how the command ended.
      if (group === this.#child.pid && pid !== this.#child.pid) signalIfThere(pid!, "SIGINT");
    }
  }

  /** Sends a signal to the process that was spawned, which is the command itself if it wasn't entered by nsenter. */
  signal(signal: Deno.Signal): void {
    signalIfThere(this.#child.pid, signal);
  }

  /** Sends a signal to its whole process group, as a terminal does. */
  signalGroup(signal: Deno.Signal): void {
    signalIfThere(-this.#child.pid, signal);
  }

  /** Ends it if it still runs, its process group included. */
  async [Symbol.asyncDispose](): Promise<void> {
    signalIfThere(-this.#child.pid, "SIGKILL");
    await this.output();
    if (this.#piped) await this.#child.stdin.close().catch(() => {});
  }

  async #feed(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text)).catch(() => {}); // it may end without reading
    await writer.close().catch(() => {});
  }
}

function signalIfThere(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Everything a stream has said. */
class Collected {
  text = "";
  readonly ended: Promise<void>;
  #changed = Promise.withResolvers<void>();
  #done = false;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.ended = this.#collect(stream);
  }

  async waitFor(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = pattern.exec(this.text);
      if (match) return match;
      if (this.#done) throw new Error(`Cannot find ${pattern} in what was written:\n${this.text}`);
      await this.#changed.promise;
    }
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) this.#add(decoder.decode(chunk, { stream: true }));
    this.#done = true;
    this.#add(decoder.decode());
  }

  #add(text: string): void {
    this.text += text;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
