import type { LinkSpec } from "../net/link/mod.ts";
import { type Away, energyOf, NOT_AWAY, type Ran } from "./paper_cell.ts";
import type { Cloned } from "./paper_lab.ts";
import type { Cell } from "./paper_plan.ts";
import type { Row } from "./paper_report.ts";

/** Within this share both choices count as equal. */
const TIE = 0.05;

/** What was measured for a cell. */
export interface Measured {
  readonly cell: Cell;
  readonly lab: { readonly factor: number; readonly measuredFactor: number };
  readonly size: string;
  readonly link: LinkSpec;
  /** Seconds on the device of what can't move. */
  readonly staysS: number;
  readonly alone: readonly Ran[];
  /** At the clone alone. */
  readonly there: Ran;
  /** As the runtime chose, one for each run. */
  readonly cloned: readonly Cloned[];
  /** Made to migrate, if the runtime stayed in any run; undefined if that wasn't measured. */
  readonly forced: Cloned | undefined;
}

/** The row of a cell; times are means over its runs. */
export function rowOf(measured: Measured): Row {
  const { cell, lab, link, staysS, alone, there, cloned } = measured;
  const aloneS = alone.map(({ seconds }) => seconds), ccS = cloned.map(({ ran }) => ran.seconds);
  // What was learnt from it changes what is predicted for the same input again.
  const { away, ran } = cloned[0]!;
  const offloaded = cloned.filter((one) => one.away.migrations > 0);
  const forced = measured.forced ?? offloaded[0];
  const offloadS = offloaded.length === cloned.length ? mean(ccS) : measured.forced?.ran.seconds ?? null;
  const went = forced?.away ?? NOT_AWAY;
  const movesS = went.workMs / 1000;
  // What must stay, as slow as the device; what may move, at the clone's speed; the bytes; one round trip.
  const boundS = staysS + movesS + transferS(went, link) + link.rttMs / 1000;
  const power = {
    table: lab.factor >= 20 ? "g1" : "phone",
    network: cell.link.startsWith("3g") ? "cellular" : "wifi",
  } as const;
  return {
    app: cell.app,
    size: measured.size,
    device_factor: lab.factor,
    device_factor_measured: lab.measuredFactor,
    link: cell.link,
    files: cell.files,
    measured_at: new Date().toISOString(),
    runs: cloned.length,
    alone_s: mean(aloneS),
    alone_sd_s: deviation(aloneS),
    cc_s: mean(ccS),
    cc_sd_s: deviation(ccS),
    clone_s: there.seconds,
    offload_s: offloadS,
    offload_cut: forced?.ran.cut ?? false,
    stays_s: staysS,
    moves_s: movesS,
    bound_s: went.migrations > 0 ? Math.min(boundS, mean(aloneS)) : null,
    choice: offloaded.length * 2 > cloned.length ? "O" : "M",
    best: bestOf(offloadS, mean(aloneS)),
    predicted_s: away.predictedMs === undefined
      ? null
      : ran.seconds + (away.predictedMs - away.awayMs - away.captureMs - away.mergeMs) / 1000,
    first_s: ran.seconds,
    migrations: away.migrations,
    methods: away.methods,
    overhead_ms: {
      capture: away.captureMs,
      link: away.linkMs,
      instantiate: away.instantiateMs,
      merge: away.mergeMs,
    },
    bytes: { up: away.upBytes, down: away.downBytes, files: away.fileBytes },
    energy_alone_j: energyOf({ seconds: mean(aloneS) }, power),
    energy_cc_j: energyOf(
      { seconds: ran.seconds, awayS: away.awayMs / 1000, transferS: transferS(away, link) },
      power,
    ),
    link_set: { ...link },
    link_measured: away.conditions ?? went.conditions ?? null,
    same_output: [...cloned, ...(forced === undefined ? [] : [forced])].every((one) =>
      one.ran.cut || one.ran.stdout === alone[0]!.stdout && one.ran.code === alone[0]!.code
    ),
  };
}

function transferS({ upBytes, downBytes, fileBytes }: Away, link: LinkSpec): number {
  return (upBytes + fileBytes) / link.upBytesPerSecond + downBytes / link.downBytesPerSecond;
}

function bestOf(offloadS: number | null, aloneS: number): Row["best"] {
  if (offloadS === null) return null;
  if (Math.abs(offloadS - aloneS) <= TIE * Math.min(offloadS, aloneS)) return "tie";
  return offloadS < aloneS ? "O" : "M";
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length;
}

/** Standard deviation of a sample; 0 of one value. */
function deviation(list: readonly number[]): number {
  if (list.length < 2) return 0;
  const middle = mean(list);
  return Math.sqrt(list.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (list.length - 1));
}
