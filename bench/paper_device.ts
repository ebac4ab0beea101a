import { parseLink } from "../net/link/mod.ts";
import type { DemoPeer } from "./demo_peer.ts";
import type { Ran } from "./paper_cell.ts";
import type { PaperApp } from "./paper_inputs.ts";
import type { Cloned, Lab } from "./paper_lab.ts";
import type { Cell } from "./paper_plan.ts";
import { rowOf } from "./paper_row.ts";
import type { Row } from "./paper_report.ts";

/** What is made to migrate is ended when it has clearly lost: after so many times the time alone, and what a start takes. */
const LONGEST_FORCED = 1.5, FORCED_START_S = 5;

/** What a device is measured with; {@linkcode Lab} says more. */
export type Bench = Pick<
  Lab,
  | "factor"
  | "measuredFactor"
  | "stays"
  | "push"
  | "learn"
  | "prepare"
  | "alone"
  | "there"
  | "coldClone"
  | "withClone"
>;

/** Who is told what was measured. */
export interface Listener {
  /** A cell as far as it is measured; told again when more of it is. */
  row(row: Row): void;
  failed(cell: Cell, why: string): void;
  say(line: string): void;
}

/** An app's input alone on the device. */
interface Alone {
  readonly runs: Ran[];
  /** Resolves with the first run. */
  readonly first: Promise<void>;
}

/** What an app's first cell on this device left. */
interface Begun {
  /** Seconds on the device of what must stay. */
  readonly staysS: number;
  readonly link: string;
}

/** A cell's runs so far. */
interface Runs {
  readonly cell: Cell;
  readonly alone: Alone;
  readonly there: Ran;
  readonly staysS: number;
  readonly cloned: Cloned[];
  forced: Cloned | undefined;
}

/** Measures cells on one device; one that fails is told, and the others go on. */
export class PaperDevice {
  readonly #lab: Bench;
  readonly #apps: readonly PaperApp[];
  readonly #listener: Listener;
  readonly #begun = new Map<string, Promise<Begun>>();
  /** By app and link, where another was the app's first. */
  readonly #learnt = new Map<string, Promise<void>>();
  readonly #alone = new Map<string, Alone>();
  readonly #there = new Map<string, Promise<Ran>>();
  readonly #measured: Runs[] = [];
  /** Runs alone take place one after the other, beside all else. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    lab: Bench,
    { apps, listener }: { apps: readonly PaperApp[]; listener: Listener },
  ) {
    this.#lab = lab;
    this.#apps = apps;
    this.#listener = listener;
  }

  /** Each of these cells once; `wanted` is asked before each. */
  async first(cells: readonly Cell[], wanted: () => boolean): Promise<void> {
    // Longest first, as they are in the plan: what is alone must not be what all wait for in the end.
    for (const { app, size } of cells) this.#aloneOf(this.#appOf(app), size);
    const rows: Promise<void>[] = [];
    for (const cell of cells) {
      if (!wanted()) break;
      try {
        await this.#learnAll(cells.filter(({ app }) => app === cell.app));
        const runs = await this.#measure(cell);
        this.#measured.push(runs);
        const failed = (error: Error) => this.#listener.failed(cell, error.message);
        rows.push(runs.alone.first.then(() => this.#tell(runs), failed));
      } catch (error) {
        this.#listener.failed(cell, (error as Error).message);
      }
    }
    await Promise.all(rows);
  }

  /** Each cell that was measured once more. */
  async again(wanted: () => boolean): Promise<void> {
    const repeated = new Set<Alone>();
    for (const runs of this.#measured) {
      const { cell, alone } = runs;
      // A cold clone is cold once.
      if (!wanted() || cell.files === "cold" || alone.runs.length === 0) continue;
      const app = this.#appOf(cell.app), { args } = app.sizes[cell.size]!;
      if (!repeated.has(alone)) {
        repeated.add(alone);
        this.#enqueue(app, args, alone.runs).catch(() => {}); // it has one run already
      }
      try {
        runs.cloned.push(await this.#lab.withClone(app, { args, link: cell.link }));
        if (wanted()) this.#tell(runs);
      } catch (error) {
        this.#say(`not measured once more: ${cell.app} on ${cell.link}: ${(error as Error).message}`);
      }
    }
  }

  async #measure(cell: Cell): Promise<Runs> {
    const app = this.#appOf(cell.app), { args } = app.sizes[cell.size]!;
    const { staysS } = await this.#learn(app, cell.link);
    const alone = this.#aloneOf(app, cell.size);
    const there = await remembered(this.#there, `${app.name} ${cell.size}`, () => this.#lab.there(app, args));
    await using clone = cell.files === "cold" ? await this.#lab.coldClone() : undefined;
    const run = (more: { migrate?: string; seconds?: number; clone?: DemoPeer } = {}) =>
      this.#lab.withClone(app, { args, link: cell.link, ...(clone !== undefined && { clone }), ...more });
    const cloned = [await run()];
    const runs: Runs = { cell, alone, there, staysS, cloned, forced: undefined };
    if (cloned[0]!.away.migrations > 0) return runs;
    if (alone.runs.length > 0) this.#tell(runs); // time may end meanwhile
    const longest = alone.runs[0]?.seconds ?? cloned[0]!.ran.seconds;
    runs.forced = await run({ migrate: app.heavy, seconds: LONGEST_FORCED * longest + FORCED_START_S });
    return runs;
  }

  /** All links before the first cell: what is learnt from a cell must not help with another. */
  async #learnAll(cells: readonly Cell[]): Promise<void> {
    for (const { app, link } of cells) await this.#learn(this.#appOf(app), link);
  }

  /** What a start on a further link costs, a run on it tells. */
  async #learn(app: PaperApp, link: string): Promise<Begun> {
    const begun = await remembered(this.#begun, app.name, () => this.#begin(app, link));
    if (begun.link !== link) {
      await remembered(this.#learnt, `${app.name} ${link}`, () => this.#lesson(app, app.learn.at(-1)!, link));
    }
    return begun;
  }

  /** Two runs on the first link. */
  async #begin(app: PaperApp, link: string): Promise<Begun> {
    const staysS = await this.#lab.stays(app);
    await this.#lab.push(app);
    for (const args of app.learn) await this.#lesson(app, args, link);
    await this.#lab.prepare(app, app.learn[0]!, link);
    return { staysS, link };
  }

  async #lesson(app: PaperApp, args: readonly string[], link: string): Promise<void> {
    const { ran } = await this.#lab.withClone(app, { args, link });
    await this.#lab.learn();
    this.#say(`learnt from ${app.name} on ${link} in ${ran.seconds.toFixed(1)} s`);
  }

  #aloneOf(app: PaperApp, size: number): Alone {
    const key = `${app.name} ${size}`;
    const known = this.#alone.get(key);
    if (known !== undefined) return known;
    const runs: Ran[] = [];
    const alone = { runs, first: this.#enqueue(app, app.sizes[size]!.args, runs) };
    alone.first.catch(() => {}); // told to whoever waits for it
    this.#alone.set(key, alone);
    return alone;
  }

  #enqueue(app: PaperApp, args: readonly string[], into: Ran[]): Promise<void> {
    const ran = this.#queue.then(async () => void into.push(await this.#lab.alone(app, args)));
    this.#queue = ran.catch(() => {});
    return ran;
  }

  #tell({ cell, alone, there, staysS, cloned, forced }: Runs): void {
    const app = this.#appOf(cell.app);
    const row = rowOf({
      ...{ cell, lab: this.#lab, staysS, there, cloned, forced },
      size: app.sizes[cell.size]!.name,
      link: parseLink(cell.link),
      alone: alone.runs,
    });
    this.#listener.row(row);
    if (row.same_output) return;
    const { stdout, stderr } = cloned.at(-1)!.ran;
    this.#say(`OUTPUTS DIFFER\n--- alone\n${alone.runs[0]!.stdout}\n--- with the clone\n${stdout}${stderr}`);
  }

  #appOf(name: string): PaperApp {
    return this.#apps.find((app) => app.name === name)!;
  }

  #say(line: string): void {
    this.#listener.say(`${this.#lab.factor}×: ${line}`);
  }
}

/** Made once, also if it failed. */
function remembered<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
