import { Lab } from "./paper_lab.ts";
import { PaperDevice } from "./paper_device.ts";
import { FULL, type PaperApp, paperApps, quickTimes } from "./paper_inputs.ts";
import { type Cell, type DevicePlan, planOf, type Wanted } from "./paper_plan.ts";
import { type FailedRow, keyOf, type Row } from "./paper_report.ts";

const PROJECT = new URL("../", import.meta.url);
const MOD = new URL("mod.ts", PROJECT).href;
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** So many devices at a time: together they have less than a core, and their clones work in turns. */
const LANES = 3;

export interface PaperRunOptions extends Omit<Wanted, "apps"> {
  /** All if undefined. */
  readonly apps: readonly string[] | undefined;
  /** The paper's input sizes, and one device at a time. */
  readonly full: boolean;
  /** Without `full`, how many times as large as usual the largest inputs are. */
  readonly times: number;
  /** Of each cell at most: each has one first, then more as time allows. */
  readonly runs: number;
  readonly minutes: number;
  /** Rows so far are always there. */
  readonly out: string;
}

/** Why a measurement ended before its last cell. */
export interface Ended {
  readonly signal?: Deno.Signal;
}

/** Measures a plan's cells. Cut short it keeps the rows that it has, and leaves no process behind. */
export class PaperRun {
  readonly #rows = new Map<string, Row>();
  readonly failed: FailedRow[] = [];
  readonly #options: PaperRunOptions;
  readonly #folder = Deno.makeTempDirSync({ prefix: "clonecloud-paper-" });
  readonly #apps: readonly PaperApp[];
  readonly #plan: readonly DevicePlan[];
  readonly #labs: Lab[] = [];
  readonly #started = performance.now();
  #stopped = false;
  /** Settles when the rest isn't wanted any more. */
  readonly #stop = Promise.withResolvers<Ended>();

  /** @throws {RangeError} for an app that there isn't. */
  constructor(options: PaperRunOptions) {
    this.#options = options;
    const all = paperApps(PROJECT, this.#folder, options.full ? FULL : quickTimes(options.times));
    for (const name of options.apps ?? []) {
      if (!Object.hasOwn(all, name)) {
        Deno.removeSync(this.#folder, { recursive: true });
        throw new RangeError(`--apps are ${Object.keys(all).join(", ")}; got "${name}"`);
      }
    }
    this.#apps = [...new Set(options.apps ?? Object.keys(all))].map((name) => all[name]!());
    this.#plan = planOf({ ...options, apps: this.#apps.map(({ name }) => name) });
  }

  get rows(): Row[] {
    return [...this.#rows.values()];
  }

  /** Resolves when all is measured, the time is over or a signal has come; everything started has ended then. */
  async start(): Promise<Ended> {
    const { minutes } = this.#options;
    const onSignal = STOPPING.map((signal) => {
      const listener = () => this.#stop.resolve({ signal });
      Deno.addSignalListener(signal, listener);
      return () => Deno.removeSignalListener(signal, listener);
    });
    const timer = Number.isFinite(minutes)
      ? setTimeout(() => this.#stop.resolve({}), this.#started + minutes * 60_000 - performance.now())
      : undefined;
    try {
      const measured = this.#measure();
      measured.catch(() => {}); // once stopped, what it was waiting for fails
      return await Promise.race([measured, this.#stop.promise]);
    } finally {
      clearTimeout(timer);
      this.#stopped = true;
      await Promise.all(this.#labs.map((lab) => lab[Symbol.asyncDispose]()));
      Deno.removeSync(this.#folder, { recursive: true });
      for (const remove of onSignal) remove();
      const planned = this.#plan.flatMap(({ cells, further }) => [...cells, ...further]).length;
      const left = planned - this.#rows.size - this.failed.length;
      if (left > 0) this.#say(`stopped: ${left} cells were not measured`);
    }
  }

  async #measure(): Promise<Ended> {
    const devices = this.#plan.entries();
    const wanted = () => !this.#stopped;
    const lane = async () => {
      const mine: { device: PaperDevice; further: DevicePlan["further"] }[] = [];
      for (const [i, plan] of devices) {
        const device = await this.#device(`device${i}`, plan);
        if (device === undefined) continue;
        mine.push({ device, further: plan.further });
        await device.first(plan.cells, wanted);
      }
      for (const { device, further } of mine) await device.first(further, wanted);
      for (let run = 1; run < this.#options.runs; run++) {
        for (const { device } of mine) await device.again(wanted);
      }
    };
    await Promise.all(Array.from({ length: this.#options.full ? 1 : LANES }, lane));
    return {};
  }

  async #device(name: string, { factor, cells, further }: DevicePlan): Promise<PaperDevice | undefined> {
    try {
      const lab = await Lab.start({ mod: MOD, folder: this.#folder, factor, name });
      this.#labs.push(lab);
      if (this.#stopped) await lab[Symbol.asyncDispose]();
      this.#say(`device ${factor} times slower (${lab.measuredFactor.toFixed(1)} measured)`);
      return new PaperDevice(lab, { apps: this.#apps, listener: this.#listener });
    } catch (error) {
      for (const cell of [...cells, ...further]) this.#listener.failed(cell, (error as Error).message);
      return undefined;
    }
  }

  readonly #listener = {
    row: (row: Row) => {
      if (this.#stopped) return; // what was measured while all was being ended is of no use
      this.#rows.set(keyOf(row), row);
      this.#write();
      this.#say(lineOf(row));
    },
    failed: (cell: Cell, error: string) => {
      if (this.#stopped) return;
      const { factor, app, size, link, files } = cell;
      const name = this.#apps.find((one) => one.name === app)!.sizes[size]!.name;
      this.failed.push({ app, size: name, device_factor: factor, link, files, error });
      this.#write();
      this.#say(`${app}, ${name}, ${factor}×, ${link}, ${files} FAILED: ${error}`);
    },
    say: (line: string) => {
      if (!this.#stopped) this.#say(line);
    },
  };

  /** Whoever kills this finds the rows before or after, never half of them. */
  #write(): void {
    const { out } = this.#options;
    Deno.writeTextFileSync(`${out}.new`, JSON.stringify([...this.rows, ...this.failed], null, 1));
    Deno.renameSync(`${out}.new`, out);
  }

  #say(line: string): void {
    const seconds = Math.round((performance.now() - this.#started) / 1000);
    console.error(`${String(seconds).padStart(5)} s  ${line}`);
  }
}

function lineOf(row: Row): string {
  const forced = row.offload_s === null
    ? "not made to migrate yet"
    : `made to migrate ${row.offload_cut ? "over " : ""}${row.offload_s.toFixed(1)} s`;
  return `${row.app}, ${row.size}, ${row.device_factor}×, ${row.link}, ${row.files}, run ${row.runs}: ${
    row.alone_s.toFixed(1)
  } s alone, ${row.cc_s.toFixed(1)} s with the clone (${row.choice}, best ${
    row.best ?? "?"
  }; ${forced}), bound ${row.bound_s?.toFixed(1) ?? "?"} s`;
}
