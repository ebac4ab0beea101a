/** The fixture app `whole_way` on a {@link Lab}: put there, run plainly, and run by clonecloud. */
import type { Machine } from "./machine.ts";
import type { Output, Running } from "./running.ts";
import type { Lab } from "./two_machines.ts";

const FIXTURE = new URL("./fixtures/whole_way/", import.meta.url).pathname;

/** The app's methods that migrate: sync, async, and one that computes for as long as it is told. */
export const METHODS = ["Library.read", "Library.find", "Library.digest"].map((name) => `library.ts#${name}`);

/** One event of `--trace`. */
export interface Event {
  readonly event: string;
  readonly method: string;
  readonly reason?: string;
  readonly [more: string]: unknown;
}

/** How the app is run. */
export interface AppOptions {
  /** Where the app is put, below the machine's own folder. */
  readonly name?: string;
  /** How long its methods compute. */
  readonly rounds?: number;
  /** Options of `run`, besides the methods. */
  readonly options?: readonly string[];
  readonly methods?: readonly string[];
  /** Instead of the machine's Deno. */
  readonly deno?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a run of the app left. */
export interface AppOutput extends Output {
  /** The file that it wrote. */
  readonly report: string;
  readonly ms: number;
}

/** The fixture app on a machine. */
export class LabApp {
  readonly folder: string;
  readonly #machine: Machine;
  readonly #options: AppOptions;
  #runs = 0;

  private constructor(machine: Machine, options: AppOptions) {
    this.#machine = machine;
    this.#options = options;
    this.folder = `${machine.base}/apps/${options.name ?? "whole_way"}`;
  }

  /** Puts the app on a machine. */
  static async put(machine: Machine, options: AppOptions = {}): Promise<LabApp> {
    const app = new LabApp(machine, options);
    await machine.putDir(FIXTURE, app.folder);
    return app;
  }

  /** Runs it as people do without us. */
  plain(): Promise<AppOutput> {
    return this.#output(this.#start(["run", "-A", ...this.#arguments("plain.json")]), "plain.json");
  }

  /** Runs it by clonecloud. */
  run(options: readonly string[] = []): LabRun {
    const started = performance.now();
    const name = `trace-${++this.#runs}.jsonl`;
    const running = this.#start(this.command(["--trace", name, ...options]));
    const trace = this.#machine.hostPath(`${this.folder}/${name}`);
    return new LabRun(running, trace, async () => {
      const output = await this.#output(running, "report.json");
      return { ...output, ms: performance.now() - started };
    });
  }

  /** The arguments of Deno that run it by clonecloud. */
  command(options: readonly string[] = []): string[] {
    const { methods = METHODS } = this.#options;
    return [
      ...["run", "-A", `${this.#machine.project}/mod.ts`, "run", "--deno", "-A"],
      ...methods.flatMap((method) => ["--migrate", method]),
      ...this.#options.options ?? [],
      ...options,
      ...this.#arguments("report.json"),
    ];
  }

  #arguments(report: string): string[] {
    return ["main.ts", `${this.folder}/texts`, report, String(this.#options.rounds ?? 20_000)];
  }

  #start(args: readonly string[]): Running {
    const { deno = this.#machine.deno, env = {} } = this.#options;
    return this.#machine.spawn([deno, ...args], { cwd: this.folder, env });
  }

  async #output(running: Running, report: string): Promise<AppOutput> {
    const started = performance.now();
    const output = await running.output();
    const path = this.#machine.hostPath(`${this.folder}/${report}`);
    const text = await Deno.readTextFile(path).catch(() => "");
    await Deno.remove(path).catch(() => {});
    return { ...output, report: text, ms: performance.now() - started };
  }
}

/** A run of the app that may still go on. */
export class LabRun {
  constructor(
    readonly running: Running,
    readonly traceFile: string,
    readonly output: () => Promise<AppOutput>,
  ) {}

  /** What has happened so far. */
  async events(): Promise<Event[]> {
    const text = await Deno.readTextFile(this.traceFile).catch(() => "");
    return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** Resolves once that has happened. @throws {Error} with the run's output if it ends before. */
  async happened(event: string, method = ""): Promise<Event> {
    let ended = false;
    this.running.status.then(() => ended = true);
    for (;;) {
      const was = ended;
      const found = (await this.events()).find((item) =>
        item.event === event && item.method.endsWith(method)
      );
      if (found !== undefined) return found;
      if (was) {
        const { stderr } = await this.running.output();
        throw new Error(
          `Cannot find event ${event} of ${method}: the app ended with\n${stderr}${
            JSON.stringify(await this.events())
          }`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** A peer on a machine. */
export interface LabPeer {
  readonly running: Running;
  readonly home: string;
  /** Its address on the link between the machines. */
  readonly address: string;
}

/** Starts a peer and waits until it listens. */
export async function startLabPeer(
  machine: Machine,
  options: readonly string[] = [],
  spawn: (command: readonly string[]) => Running = (command) => machine.spawn(command),
): Promise<LabPeer> {
  const home = `${machine.home}/peer`;
  const running = spawn([
    machine.deno,
    ...["run", "-A", `${machine.project}/mod.ts`, "peer", "--home", home, ...options],
  ]);
  const [, address] = await running.waitFor(
    new RegExp(`^(/ip4/${machine.ip.replaceAll(".", "\\.")}/tcp/\\d+/p2p/\\S+)$`, "m"),
  );
  return { running, home, address: address! };
}

/** Pairs the device with the clone as people do it: a code shown at the clone, typed at the device. */
export async function pairMachines(lab: Lab, clone: LabPeer, deviceHome: string): Promise<void> {
  const cli = (machine: Machine, ...args: string[]) => [
    machine.deno,
    ...["run", "-A", `${machine.project}/mod.ts`, ...args],
  ];
  await using showing = lab.clone.spawn(cli(lab.clone, "pair", "--home", clone.home));
  const [, code] = await showing.waitFor(/Code: (\S+)/);
  const typed = await lab.device.run(cli(lab.device, "pair", "--home", deviceHome, code!));
  if (typed.code !== 0) throw new Error(`Cannot pair: ${typed.stdout}${typed.stderr}`);
  await showing.output();
}
