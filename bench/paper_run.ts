import { parseLink } from "../net/link/mod.ts";
import { Lab } from "./paper_lab.ts";
import { FULL, type PaperApp, paperApps, QUICK } from "./paper_inputs.ts";
import { type Cell, planOf, type Wanted } from "./paper_plan.ts";
import { type Measured, rowOf } from "./paper_row.ts";
import type { Row } from "./paper_report.ts";
import type { Ran } from "./paper_cell.ts";

const PROJECT = new URL("../", import.meta.url);
const MOD = new URL("mod.ts", PROJECT).href;
/** What is made to migrate is ended when it has clearly lost: after so many times the time alone, and what a start takes. */
const LONGEST_FORCED = 1.5, FORCED_START_S = 5;
const STOPPING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface PaperRunOptions extends Omit<Wanted, "apps"> {
  /** All if undefined. */
  readonly apps: readonly string[] | undefined;
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
  readonly rows: Row[] = [];
  readonly #options: PaperRunOptions;
  readonly #folder = Deno.makeTempDirSync({ prefix: "clonecloud-paper-" });
  readonly #apps: readonly PaperApp[];
  readonly #plan: readonly Cell[];
  readonly #labs: Lab[] = [];
  #stopped = false;
  /** Settles when the rest isn't wanted any more. */
  readonly #stop = Promise.withResolvers<Ended>();

  /** @throws {RangeError} for an app that there isn't. */
  constructor(options: PaperRunOptions) {
    this.#options = options;
    const all = paperApps(PROJECT, this.#folder, options.full ? FULL : QUICK);
    for (const name of options.apps ?? []) {
      if (!all.some((app) => app.name === name)) {
        Deno.removeSync(this.#folder, { recursive: true });
        throw new RangeError(`--apps are ${all.map(({ name }) => name).join(", ")}; got "${name}"`);
      }
    }
    this.#apps = all.filter(({ name }) => options.apps?.includes(name) ?? true);
    this.#plan = planOf({ ...options, apps: this.#apps.map(({ name }) => name) });
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
      ? setTimeout(() => this.#stop.resolve({}), minutes * 60_000)
      : undefined;
    try {
      const measured = this.#measure();
      measured.catch(() => {}); // once stopped, what it was waiting for fails
      const ended = await Promise.race([measured, this.#stop.promise]);
      this.#stopped = true;
      const left = this.#plan.length - this.rows.length;
      if (left > 0) say(`stopped: ${left} of ${this.#plan.length} cells were not measured`);
      return ended;
    } finally {
      clearTimeout(timer);
      this.#stopped = true;
      await Promise.all(this.#labs.map((lab) => lab[Symbol.asyncDispose]()));
      Deno.removeSync(this.#folder, { recursive: true });
      for (const remove of onSignal) remove();
    }
  }

  /** Two devices at a time in the quick plan: together they have a fraction of a core, and their clones work in turns. */
  async #measure(): Promise<Ended> {
    const factors = Map.groupBy(this.#plan, (cell) => cell.factor).entries();
    const lane = async () => {
      for (const [factor, cells] of factors) await this.#measureDevice(factor, cells);
    };
    await Promise.all(this.#options.full ? [lane()] : [lane(), lane()]);
    return {};
  }

  async #measureDevice(factor: number, cells: readonly Cell[]): Promise<void> {
    const lab = await Lab.start({ mod: MOD, folder: this.#folder, factor });
    this.#labs.push(lab);
    say(`device ${factor} times slower (${lab.measuredFactor.toFixed(1)} measured)`);
    for (const [name, own] of Map.groupBy(cells, ({ app }) => app)) {
      await this.#measureApp(lab, this.#apps.find((app) => app.name === name)!, own);
    }
    await lab[Symbol.asyncDispose]();
  }

  async #measureApp(lab: Lab, app: PaperApp, cells: readonly Cell[]): Promise<void> {
    const alone = new Map<number, Promise<Ran[]>>();
    for (const { size } of cells) {
      if (alone.has(size)) continue;
      const args = app.sizes[size]!.args;
      alone.set(size, this.#aloneRuns(lab, app, args));
    }
    const staysS = await lab.stays(app);
    say(`${app.name}, ${lab.factor}×: ${staysS.toFixed(1)} s must stay; learning`);
    for (const { args, link } of lessons(app, cells)) {
      const { ran } = await lab.withClone(app, { args, link });
      await lab.learn();
      this.#checkWanted();
      say(`  ${app.name}, ${lab.factor}×, ${link}: learnt in ${ran.seconds.toFixed(1)} s`);
    }
    await lab.prepare(app, app.learn[0]!, cells[0]!.link);
    let pushed = false;
    const there = new Map<number, Ran>();
    for (const cell of cells) {
      if (cell.files === "synced" && !pushed) {
        await lab.push(app);
        pushed = true;
      }
      const args = app.sizes[cell.size]!.args;
      if (!there.has(cell.size)) there.set(cell.size, await lab.there(app, args));
      const cloned = [];
      for (let i = 0; i < this.#options.runs; i++) {
        cloned.push(await lab.withClone(app, { args, link: cell.link }));
      }
      const offloaded = cloned.every(({ away }) => away.migrations > 0);
      const most = Math.max(...(await alone.get(cell.size)!).map((ran) => ran.seconds));
      const forced = offloaded ? undefined : await lab.withClone(app, {
        ...{ args, link: cell.link, migrate: app.heavy },
        seconds: LONGEST_FORCED * most + FORCED_START_S,
      });
      this.#checkWanted();
      this.#add({
        ...{ cell, lab, staysS, cloned, forced, there: there.get(cell.size)! },
        size: app.sizes[cell.size]!.name,
        link: parseLink(cell.link),
        alone: await alone.get(cell.size)!,
      });
    }
  }

  /** One after the other, all beside the rest. */
  #aloneRuns(lab: Lab, app: PaperApp, args: readonly string[]): Promise<Ran[]> {
    const runs = (async () => {
      const list: Ran[] = [];
      while (list.length < this.#options.runs) list.push(await lab.alone(app, args));
      return list;
    })();
    runs.catch(() => {}); // told to whoever waits for them
    return runs;
  }

  /** What was measured while all was being ended is of no use. */
  #checkWanted(): void {
    if (this.#stopped) throw new Error("stopped");
  }

  #add(measured: Measured): void {
    const row = rowOf(measured);
    this.rows.push(row);
    Deno.writeTextFileSync(this.#options.out, JSON.stringify(this.rows, null, 1));
    if (!row.same_output) {
      const { stdout, stderr } = measured.cloned.at(-1)!.ran;
      say(`OUTPUTS DIFFER\n--- alone\n${measured.alone[0]!.stdout}\n--- with the clone\n${stdout}${stderr}`);
    }
    say(
      `${row.app}, ${row.size}, ${row.device_factor}×, ${row.link}, ${row.files}: ${
        row.alone_s.toFixed(1)
      } s alone, ${row.cc_s.toFixed(1)} s with the clone (${row.choice}, best ${row.best}; made to migrate ${
        row.offload_cut ? "over " : ""
      }${row.offload_s.toFixed(1)} s), bound ${row.bound_s.toFixed(1)} s`,
    );
  }
}

/** Two runs on the first link, and one on each other that small inputs are measured on: what a start costs there. */
function lessons(app: PaperApp, cells: readonly Cell[]): { args: readonly string[]; link: string }[] {
  const first = cells[0]!.link, last = app.learn.at(-1)!;
  const smaller = cells.filter(({ size }) => size < app.sizes.length - 1).map(({ link }) => link);
  const others = new Set(smaller.filter((link) => link !== first));
  return [
    ...app.learn.map((args) => ({ args, link: first })),
    ...[...others].map((link) => ({ args: last, link })),
  ];
}

function say(line: string): void {
  console.error(line);
}
