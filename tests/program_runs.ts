/** Runs programs of `tests/programs` plainly and under the runtime, and keeps what they leave behind. */
import { type Peer, startPeer } from "../net/mod.ts";

/** All that a program's run lets anybody see. */
export interface Left {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Files in its working folder: path, and text or what a link points to. */
  readonly files: Readonly<Record<string, string>>;
}

/** One line of a trace. */
export interface TraceLine {
  readonly event: string;
  readonly method: string;
  readonly reason?: string;
  /** What was captured, shipped, returned or merged. */
  readonly bytes?: number;
  /** Of a capture: what most of its bytes are. */
  readonly from?: Readonly<Record<string, readonly { readonly name: string; readonly bytes: number }[]>>;
  /** Of a local run: what couldn't travel. */
  readonly refused?: { readonly path: string; readonly what: string; readonly fix: string };
  /** Of a merge: what was measured of the link. */
  readonly conditions?: { readonly rttMs: number; readonly upBytesPerSecond: number };
  /** Of a merge: all that was sent for it. */
  readonly up?: number;
}

export interface RunOptions {
  /** File in `tests/programs`. */
  readonly file: string;
  readonly args?: readonly string[];
  /** Deno flags; `-A` if left out. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** An ordinary program, and which of its methods are made to migrate. */
export interface Program extends RunOptions {
  /** Without the path: `drive` stands for `closures.ts#drive`. */
  readonly migrate: readonly string[];
  /** Reasons with which invocations may stay on the device; any other is a failure. */
  readonly stays?: readonly RegExp[];
  /** Whether each of these methods migrates, unless a reason says why it stays. */
  readonly moves?: boolean;
  /** What it prints under `deno run` alone isn't always the same. */
  readonly races?: boolean;
}

/** Reasons that are the machine's, not the program's. */
export const SESSION_LOST =
  /no clone in reach|no clone has answered|session has ended|session is not open|hung up|fell silent|no sign of life|connection .*closed|no answer in time|Signal timed out/;

const folder = new URL("./programs/", import.meta.url);
const main = new URL("../mod.ts", import.meta.url).pathname;

/** A device and a clone that it may use, both inside this process. */
export class ProgramRunner implements AsyncDisposable {
  readonly #peers: readonly Peer[];
  readonly #homes: readonly string[];

  private constructor(peers: readonly Peer[], homes: readonly string[]) {
    this.#peers = peers;
    this.#homes = homes;
  }

  static async start(): Promise<ProgramRunner> {
    const homes = [Deno.makeTempDirSync({ prefix: "device-" }), Deno.makeTempDirSync({ prefix: "clone-" })];
    const listen = ["/ip4/127.0.0.1/tcp/0"];
    const device = await startPeer({ home: homes[0]!, listen, mdns: false, maxGuests: 0 });
    const clone = await startPeer({ home: homes[1]!, listen, mdns: false, trust: [device.id] });
    return new ProgramRunner([device, clone], homes);
  }

  /** As `deno run` does it. */
  plain(options: RunOptions): Promise<Left> {
    return this.#spawn(["run", ...options.flags ?? ["-A"], pathOf(options), ...options.args ?? []], options);
  }

  /** Everything rewritten, nothing migrates. */
  rewritten(options: RunOptions): Promise<Left> {
    return this.#spawn(this.#command(options, ["--clone", "none", "--instrument", "all"]), options);
  }

  /** These methods migrate; returns the trace too. `more`: further flags of ours. */
  async migrated(
    options: RunOptions,
    methods: readonly string[],
    more: readonly string[] = [],
  ): Promise<{ left: Left; trace: TraceLine[] }> {
    const trace = Deno.makeTempFileSync({ prefix: "trace-" });
    const address = this.#peers[1]!.addresses()[0]!;
    const forced = methods.flatMap((method) => ["--migrate", method]);
    const flags = ["--clone", address, "--trace", trace, "--instrument", "all", ...forced, ...more];
    const left = await this.#spawn(this.#command(options, flags), options);
    const lines = Deno.readTextFileSync(trace).trim().split("\n").filter((line) => line !== "");
    Deno.removeSync(trace);
    return { left, trace: lines.map((line) => JSON.parse(line)) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) await peer.stop();
    for (const home of this.#homes) await Deno.remove(home, { recursive: true });
  }

  #command(options: RunOptions, flags: readonly string[]): string[] {
    const deno = (options.flags ?? ["-A"]).map((flag) => `--deno=${flag}`);
    const ours = ["run", "--quiet", "--home", this.#homes[0]!, ...flags, ...deno];
    return ["run", "-A", "--quiet", main, ...ours, pathOf(options), ...options.args ?? []];
  }

  async #spawn(args: readonly string[], options: RunOptions): Promise<Left> {
    const cwd = Deno.makeTempDirSync({ prefix: "program-" });
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd,
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...options.env },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) =>
      new TextDecoder().decode(bytes).replaceAll(cwd, "<cwd>").replace(/^(Download|Initialize) .*\n/gm, "");
    const left = { code, stdout: text(stdout), stderr: text(stderr), files: filesIn(cwd, "") };
    Deno.removeSync(cwd, { recursive: true });
    return left;
  }
}

function pathOf(options: RunOptions): string {
  return new URL(options.file, folder).pathname;
}

function filesIn(root: string, below: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of Deno.readDirSync(`${root}/${below}`)) {
    const path = `${below}${entry.name}`;
    if (entry.isDirectory) Object.assign(found, filesIn(root, `${path}/`));
    else if (entry.isSymlink) found[path] = `-> ${Deno.readLinkSync(`${root}/${path}`)}`;
    else found[path] = Deno.readTextFileSync(`${root}/${path}`);
  }
  return Object.fromEntries(Object.entries(found).sort());
}
