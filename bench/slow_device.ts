/**
 * Runs commands as slowly as a weak device would: 1/factor of one CPU for a command and all its processes.
 *
 * ```ts ignore
 * await using device = slowDevice(10);
 * const child = device.spawn(["deno", "run", "-A", "app.ts"], { stdout: "piped" });
 * console.log(`${device.how}, really ${(await device.measure()).toFixed(1)} times slower`);
 * ```
 */
import { CpuQuota } from "./cpu_quota.ts";
import { DutyCycle } from "./duty_cycle.ts";
import { signalGroup } from "./process_group.ts";

/** How a device is made slow. */
export type SlowDown = "quota" | "duty cycle";

/** What a command is started with. */
export type SpawnOptions = Omit<Deno.CommandOptions, "args" | "detached">;

/** A machine within this one that is slow. Disposing it ends everything that was started on it. */
export interface SlowDevice extends AsyncDisposable {
  readonly how: SlowDown;
  /** How many times slower it was asked to be. */
  readonly factor: number;
  /** Starts a command in its own process group (a Ctrl-C of the terminal doesn't reach it; disposing does). */
  spawn(command: readonly string[], options?: SpawnOptions): Deno.ChildProcess;
  /**
   * How many times slower a fixed computation is here than with a CPU of its own: the time that passed by the CPU time
   * that it was given. So what else runs on this machine counts, as slowness.
   */
  measure(): Promise<number>;
}

/** Makes a device slow, by a CPU quota where the system allows it, else (or if `how` says so) by a duty cycle. */
export function slowDevice(factor: number, options: { how?: SlowDown } = {}): SlowDevice {
  const how = options.how ?? (CpuQuota.unavailable() === undefined ? "quota" : "duty cycle");
  return how === "quota" ? new QuotaDevice(factor) : new DutyCycleDevice(factor);
}

abstract class Device implements SlowDevice {
  abstract readonly how: SlowDown;

  constructor(readonly factor: number) {}

  abstract spawn(command: readonly string[], options?: SpawnOptions): Deno.ChildProcess;
  abstract [Symbol.asyncDispose](): Promise<void>;

  async measure(): Promise<number> {
    const command = [Deno.execPath(), "run", new URL("calibration.ts", import.meta.url).href];
    const { code, stdout } = await this.spawn(command, { stdout: "piped", stdin: "null" }).output();
    if (code !== 0) throw new Error(`Cannot measure the speed: the computation ended with exit code ${code}`);
    return Number(new TextDecoder().decode(stdout));
  }
}

class QuotaDevice extends Device {
  override readonly how = "quota";
  readonly #quota = new CpuQuota();

  constructor(factor: number) {
    super(factor);
    this.#quota.setFactor(factor);
  }

  override spawn(command: readonly string[], options: SpawnOptions = {}): Deno.ChildProcess {
    return start(this.#quota.wrap(command), options);
  }

  override [Symbol.asyncDispose](): Promise<void> {
    return this.#quota[Symbol.asyncDispose]();
  }
}

class DutyCycleDevice extends Device {
  override readonly how = "duty cycle";
  readonly #cycles = new Map<Deno.ChildProcess, DutyCycle>();

  override spawn(command: readonly string[], options: SpawnOptions = {}): Deno.ChildProcess {
    const child = start(command, options);
    const cycle = new DutyCycle(child.pid, this.factor);
    this.#cycles.set(child, cycle);
    child.status.then(() => this.#end(child));
    return child;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#cycles.keys()].map(async (child) => {
      signalGroup(child.pid, "SIGKILL");
      await child.status;
      await this.#end(child);
    }));
  }

  async #end(child: Deno.ChildProcess): Promise<void> {
    await this.#cycles.get(child)?.[Symbol.asyncDispose]();
    this.#cycles.delete(child);
  }
}

function start([program, ...args]: readonly string[], options: SpawnOptions): Deno.ChildProcess {
  return new Deno.Command(program!, { ...options, args, detached: true }).spawn();
}
