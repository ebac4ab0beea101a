import { DemoPeer } from "./demo_peer.ts";
import { type Away, NOT_AWAY, type Ran, readAway, runDeno } from "./paper_cell.ts";
import type { PaperApp } from "./paper_inputs.ts";
import { type SlowDevice, slowDevice } from "./slow_device.ts";

/** Permissions that the apps need. */
const APP_FLAGS = ["--allow-read"];

/** A run under the runtime, with what its migrations came to. */
export interface Cloned {
  readonly ran: Ran;
  readonly away: Away;
}

export interface LabOptions {
  readonly mod: string;
  /** Where homes, traces and inputs are. */
  readonly folder: string;
  readonly factor: number;
  /** Tells it from others in the folder. */
  readonly name: string;
}

/**
 * A slow device and a clone at this machine's full speed, each with a peer that runs already. Owns all processes: none
 * outlives it, however this process ends. Each run of an app alone has a device of its own, as slow as the other, so that it
 * can take place beside the rest: it gets its share of a core and no more.
 */
export class Lab implements AsyncDisposable {
  readonly factor: number;
  readonly measuredFactor: number;
  readonly #options: LabOptions;
  readonly #device: SlowDevice;
  readonly #alone = new Set<SlowDevice>();
  readonly #machine: SlowDevice;
  readonly #clone: DemoPeer;
  readonly #trust: string;
  #cold = 0;
  #traces = 0;
  #ended: Promise<unknown> | undefined;

  private constructor(
    options: LabOptions,
    parts: { device: SlowDevice; machine: SlowDevice; clone: DemoPeer; trust: string; measured: number },
  ) {
    this.#options = options;
    this.factor = options.factor;
    this.measuredFactor = parts.measured;
    this.#device = parts.device;
    this.#machine = parts.machine;
    this.#clone = parts.clone;
    this.#trust = parts.trust;
  }

  static async start(options: LabOptions): Promise<Lab> {
    const { factor, mod } = options;
    const device = slowDevice(factor), machine = slowDevice(1);
    try {
      const measured = await device.measure();
      const home = homeOf(options);
      const trust = await DemoPeer.idOf(mod, home);
      const clone = await DemoPeer.start(mod, { home: `${home}-clone`, trust, slow: machine });
      await DemoPeer.start(mod, { home, slow: device, lends: false });
      return new Lab(options, { device, machine, clone, trust, measured });
    } catch (error) {
      for (const part of [device, machine]) await part[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Seconds on the device of what can't move: Deno and the app's modules start. */
  async stays(app: PaperApp): Promise<number> {
    return (await runDeno(["run", ...APP_FLAGS, app.main, "--help"], this.#on(this.#device))).seconds;
  }

  /** At the clone alone. */
  there(app: PaperApp, args: readonly string[]): Promise<Ran> {
    return runDeno(["run", ...APP_FLAGS, app.main, ...args], this.#on(this.#machine));
  }

  /** On the device alone, beside whatever else runs. */
  async alone(app: PaperApp, args: readonly string[]): Promise<Ran> {
    const device = slowDevice(this.factor);
    this.#alone.add(device);
    const ran = await runDeno(["run", ...APP_FLAGS, app.main, ...args], this.#on(device));
    if (this.#alone.delete(device)) await device[Symbol.asyncDispose]();
    return ran;
  }

  /**
   * Made to migrate once, at full speed as nothing is measured: methods that had no migration point before make the code be
   * rewritten, which only their first run pays.
   */
  async prepare(app: PaperApp, args: readonly string[], link: string): Promise<void> {
    this.#device.setFactor(1);
    await this.withClone(app, { args, link, migrate: app.heavy });
    this.#device.setFactor(this.factor);
  }

  /** A clone that has seen neither the app nor its files. */
  coldClone(): Promise<DemoPeer> {
    const home = `${homeOf(this.#options)}-cold${++this.#cold}`;
    return DemoPeer.start(this.#options.mod, { home, trust: this.#trust, slow: this.#machine });
  }

  /** On the device under the runtime; `migrate` is made to migrate, and ended after so many seconds. */
  async withClone(
    app: PaperApp,
    { args, link, clone = this.#clone, migrate, seconds }: {
      args: readonly string[];
      link: string;
      clone?: DemoPeer;
      migrate?: string;
      seconds?: number;
    },
  ): Promise<Cloned> {
    const trace = `${homeOf(this.#options)}-trace${++this.#traces}.jsonl`;
    const ran = await runDeno([
      ...[
        "run",
        "-A",
        this.#options.mod,
        "run",
        ...["--clone", clone.address, "--link", link, "--trace", trace],
      ],
      ...(migrate === undefined ? [] : ["--migrate", migrate]),
      ...APP_FLAGS.flatMap((flag) => ["--deno", flag]),
      ...[app.main, ...args],
    ], { ...this.#on(this.#device), seconds });
    return { ran, away: traced(trace) };
  }

  /** Waits until what runs have shown is learnt: it happens in the background, at full speed here as nothing is measured. */
  async learn(): Promise<void> {
    this.#device.setFactor(1);
    const { code, stderr } = await runDeno(["run", "-A", this.#options.mod, "learn"], this.#on(this.#device));
    this.#device.setFactor(this.factor);
    if (code !== 0) throw new Error(`Cannot learn from runs: ${stderr}`);
  }

  /** Sends the app's files ahead, as a user would; at full speed, as nothing is measured. */
  async push(app: PaperApp): Promise<void> {
    const { code, stderr } = await runDeno([
      ...[
        "run",
        "-A",
        this.#options.mod,
        "files",
        "push",
        app.files,
        "--clone",
        this.#clone.address,
        "--json",
      ],
    ], this.#on(this.#machine));
    if (code !== 0) throw new Error(`Cannot send ${app.files} ahead: ${stderr}`);
  }

  #on(device: SlowDevice) {
    return { device, home: homeOf(this.#options) };
  }

  /** May be asked for twice: when all is measured, and when it is stopped meanwhile. */
  async [Symbol.asyncDispose](): Promise<void> {
    const parts = [this.#device, this.#machine, ...this.#alone];
    this.#alone.clear();
    await (this.#ended ??= Promise.all(parts.map((part) => part[Symbol.asyncDispose]())));
  }
}

function homeOf({ folder, name }: LabOptions): string {
  return `${folder}/${name}`;
}

/** A run that has nothing to migrate makes no trace. */
function traced(path: string): Away {
  try {
    return readAway(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return NOT_AWAY;
    throw error;
  }
}
