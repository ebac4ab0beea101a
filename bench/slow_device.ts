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
import { GroupGuard, signalGroup } from "./process_group.ts";

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
  /** From now on it is so many times slower, with all that runs on it. */
  setFactor(factor: number): void;
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

/** Owns the process groups it started: each has a guard, and what `slowDown` gave for it. */
abstract class Device implements SlowDevice {
  abstract readonly how: SlowDown;
  readonly #groups = new Map<Deno.ChildProcess, readonly AsyncDisposable[]>();

  #factor: number;

  constructor(factor: number) {
    this.#factor = factor;
  }

  get factor(): number {
    return this.#factor;
  }

  setFactor(factor: number): void {
    this.#factor = factor;
    this.apply(factor);
  }

  spawn(command: readonly string[], options: SpawnOptions = {}): Deno.ChildProcess {
    const [program, ...args] = this.wrap(command);
    const child = new Deno.Command(program!, { ...options, args, detached: true }).spawn();
    this.#groups.set(child, [new GroupGuard(child.pid), ...this.slowDown(child)]);
    child.status.then(() => this.#forget(child));
    return child;
  }

  async measure(): Promise<number> {
    const command = [Deno.execPath(), "run", new URL("calibration.ts", import.meta.url).href];
    const { code, stdout } = await this.spawn(command, { stdout: "piped", stdin: "null" }).output();
    if (code !== 0) throw new Error(`Cannot measure the speed: the computation ended with exit code ${code}`);
    return Number(new TextDecoder().decode(stdout));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#groups.keys()].map(async (child) => {
      signalGroup(child.pid, "SIGKILL");
      await child.status;
      await this.#forget(child);
    }));
  }

  /** From now on all that was started runs so slowly. */
  protected abstract apply(factor: number): void;
  /** The command that runs `command` slowly, if that is decided at its start. */
  protected abstract wrap(command: readonly string[]): readonly string[];
  /** Slows a process down that has just started, if that is possible later. */
  protected abstract slowDown(child: Deno.ChildProcess): readonly AsyncDisposable[];

  async #forget(child: Deno.ChildProcess): Promise<void> {
    const held = this.#groups.get(child) ?? [];
    this.#groups.delete(child);
    for (const resource of held) await resource[Symbol.asyncDispose]();
  }
}

class QuotaDevice extends Device {
  override readonly how = "quota";
  readonly #quota = new CpuQuota();

  constructor(factor: number) {
    super(factor);
    this.#quota.setFactor(factor);
  }

  protected override wrap(command: readonly string[]): readonly string[] {
    return this.#quota.wrap(command);
  }

  protected override slowDown(): readonly AsyncDisposable[] {
    return [];
  }

  protected override apply(factor: number): void {
    this.#quota.setFactor(factor);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#quota.setFactor(1); // or what is killed takes factor times as long to go
    await super[Symbol.asyncDispose]();
    await this.#quota[Symbol.asyncDispose]();
  }
}

class DutyCycleDevice extends Device {
  override readonly how = "duty cycle";
  readonly #cycles = new Set<DutyCycle>();

  protected override wrap(command: readonly string[]): readonly string[] {
    return command;
  }

  protected override slowDown(child: Deno.ChildProcess): readonly AsyncDisposable[] {
    const cycle = new DutyCycle(child.pid, this.factor);
    this.#cycles.add(cycle);
    child.status.then(() => this.#cycles.delete(cycle));
    return [cycle];
  }

  protected override apply(factor: number): void {
    for (const cycle of this.#cycles) cycle.setFactor(factor);
  }
}
