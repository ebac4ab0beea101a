import type { Conditions, MethodId } from "../../runtime/mod.ts";
import type { Execution } from "../profile/execution.ts";
import type { ProfileTree } from "../profile/profile_tree.ts";
import type { DeciderModel, Region } from "./decide.ts";
import type { MethodModel, MethodRole } from "./known_method.ts";
import { emptySums, type LineSums } from "./line_fit.ts";
import type { MigrationOverheads } from "./migration.ts";
import type { PowerLevels } from "./power.ts";
import { addSizeSums, emptySizeSums, meanSums, SizeModel, type SizeSums, withSums } from "./size_model.ts";
import {
  MAX_IDLE_SHARE,
  MIN_SPREAD,
  MODEL_VERSION,
  ONCE_A_RUN,
  PRIOR_POINTS,
  RUN_BYTES,
} from "./constants.ts";

/** What a decider's model is made from. */
export interface DeciderModelOptions {
  readonly executions: readonly Execution[];
  /** Methods that get a check: all that migrate in any region. */
  readonly candidates: readonly MethodId[];
  /** The partition for the present conditions. */
  readonly chosen: readonly MethodId[];
  /** Methods that the user makes migrate, and keeps home. */
  readonly forced?: readonly MethodId[];
  readonly home?: readonly MethodId[];
  readonly conditions: Conditions;
  readonly overheads: MigrationOverheads;
  /** The partition database, so that a change of the link changes the partition. */
  readonly regions?: readonly Region[];
  /** Set if the objective is energy. */
  readonly power?: PowerLevels;
  /** What an earlier run of the same code learned; it goes before the profile. */
  readonly learned?: DeciderModel;
}

/** The model an app process starts its {@linkcode Decider} from: what was learned, else what the profile says. */
export function deciderModel(options: DeciderModelOptions): DeciderModel {
  const { candidates, chosen, forced = [], home = [], learned, power, regions } = options;
  const roles = new Map<MethodId, MethodRole>(candidates.map((method) => [method, "elsewhere"]));
  for (const method of chosen) roles.set(method, "chosen");
  for (const method of home) roles.set(method, "home");
  for (const method of forced) roles.set(method, "forced");
  const methods: Record<string, MethodModel> = {};
  for (const [method, role] of roles) {
    const known = learned !== undefined && Object.hasOwn(learned.methods, method)
      ? learned.methods[method]
      : undefined;
    methods[method] = {
      ...together(known, profiled(method, options.executions)),
      role,
    };
  }
  return {
    version: MODEL_VERSION,
    conditions: options.conditions,
    overheads: options.overheads,
    ...(power === undefined ? {} : { power }),
    ...(regions === undefined ? {} : { regions: regions.map(({ migrate, cost }) => ({ migrate, cost })) }),
    methods,
    ...(learned?.lacking === undefined ? {} : { lacking: learned.lacking }),
    ...(learned?.perCpuMs === undefined ? {} : { perCpuMs: learned.perCpuMs }),
  };
}

/** What profiles say of a method; of one that is invoked once a run, also what each run's input took. */
interface Profiled extends Omit<MethodModel, "role"> {
  readonly ofRuns: readonly OfRun[];
}

interface OfRun {
  readonly bytes: number;
  readonly here: SizeSums;
}

/** What runs learned goes before what profiles say, except for times here that no run has observed. */
function together(
  learned: MethodModel | undefined,
  { ofRuns, ...profile }: Profiled,
): Omit<MethodModel, "role"> {
  if (learned === undefined) return profile;
  const { share } = profile;
  const known = { ...learned, ...(share === undefined ? {} : { share }) };
  if (!profile.hereMeasured) return known;
  if (learned.hereObserved !== true) return { ...known, here: profile.here, hereMeasured: true };
  return { ...known, here: withSums(learned.here, otherSizes(learned.here, ofRuns)) };
}

/** What profiles say of inputs of another size than the only one that was observed. */
function otherSizes(observed: SizeSums, ofRuns: readonly OfRun[]): SizeSums {
  const sums = emptySizeSums(), own = new SizeModel(observed);
  if (own.varies(RUN_BYTES)) return sums;
  const seen = own.meanOf(RUN_BYTES);
  for (const { bytes, here } of ofRuns) {
    if (Math.abs(bytes - seen) > MIN_SPREAD * seen) addSizeSums(sums, here);
  }
  return prior(sums);
}

/** What profiles say of a method, weighing as a few observations. */
function profiled(
  method: MethodId,
  executions: readonly Execution[],
): Profiled {
  const there = emptySizeSums(), up = emptySizeSums(), down = emptySizeSums();
  const faults = emptySizeSums(), files = emptySizeSums();
  for (const { onDevice, onClone, weight } of executions) {
    if (onClone !== undefined) addTimes(there, onClone.tree, { method, weight, speed: onClone.cloneSpeed });
    for (const node of onDevice.nodes) {
      if (node.method !== method) continue;
      for (
        const [spread, sums] of [
          [node.entryBytes, up],
          [node.exitBytes, down],
          [node.faults, faults],
          [node.fileBytes, files],
        ] as const
      ) {
        if (spread !== undefined && spread.n > 0) addSizeSums(sums, meanSums(spread.mean, spread.n), weight);
      }
    }
  }
  const perRun = countedPerRun(method, executions);
  const { sums, share } = timesHere(method, executions, perRun);
  const isOnce = perRun !== undefined && perRun <= ONCE_A_RUN;
  return {
    ofRuns: isOnce ? executions.map((one) => ofRun(method, one, perRun)) : [],
    hereMeasured: share !== undefined && perRun !== undefined,
    refused: false,
    correction: 1,
    here: prior(sums),
    there: prior(there),
    up: prior(up),
    down: prior(down),
    faults: prior(faults),
    files: prior(files),
    ...(perRun === undefined ? {} : { perRun }),
    ...(share === undefined ? {} : { share }),
  };
}

/** Invocations in a run, from executions where they were counted; undefined if in none. */
function countedPerRun(method: MethodId, executions: readonly Execution[]): number | undefined {
  let invocations = 0, runs = 0;
  for (const { onDevice, weight } of executions) {
    const counted = onDevice.nodes.filter((node) => node.method === method && node.counted);
    if (counted.length === 0) continue;
    runs += weight;
    invocations += counted.reduce((sum, node) => sum + node.invocations, 0) * weight;
  }
  return runs > 0 ? invocations / runs : undefined;
}

/**
 * A method's times on the device, and its share of a run that was never idle (0 if none is known). Where it migrated in a run
 * that wasn't made to measure, its time here is only worked out from the clone's: that counts (`share` is undefined) if there
 * is nothing better.
 */
function timesHere(
  method: MethodId,
  executions: readonly Execution[],
  perRun: number | undefined,
): { sums: SizeSums; share: number | undefined } {
  const migrated = ({ onDevice, onClone, source }: Execution) =>
    source === "samples" && onClone === undefined &&
    onDevice.nodes.some((node) => node.method === method && node.entryBytes.n > 0);
  const stayed = executions.filter((execution) =>
    !migrated(execution) && execution.onDevice.nodes.some((node) => node.method === method)
  );
  const sums = emptySizeSums();
  for (const { onDevice, weight, features } of stayed.length > 0 ? stayed : executions) {
    addTimes(sums, onDevice, {
      ...{ method, weight, speed: 1, atLeast: perRun ?? 0 },
      ...(features === undefined ? {} : { runFeatures: features }),
    });
  }
  return {
    sums,
    share: stayed.length > 0 ? Math.min(...stayed.map((one) => shareOf(method, one))) : undefined,
  };
}

function ofRun(method: MethodId, execution: Execution, perRun: number): OfRun {
  const { sums, share } = timesHere(method, [execution], perRun);
  return {
    bytes: execution.features?.[RUN_BYTES] ?? 0,
    here: share === undefined ? emptySizeSums() : sums,
  };
}

/** What a method takes of a run, as a share; 0 if the run was idle, so that its length says nothing. */
function shareOf(method: MethodId, { onDevice, idleMs = Infinity }: Execution): number {
  const totals = onDevice.totalsMs();
  if (!(totals[0]! > 0) || idleMs > MAX_IDLE_SHARE * totals[0]!) return 0;
  const own = onDevice.nodes.reduce((sum, node, i) => node.method === method ? sum + totals[i]! : sum, 0);
  return own / (totals[0]! + idleMs);
}

/**
 * Adds a method's times in a tree: against its features where they were seen; else their mean over at least so many
 * invocations, against the sizes of the run's input.
 */
function addTimes(
  target: SizeSums,
  tree: ProfileTree,
  { method, weight, speed, atLeast = 0, runFeatures = [] }: {
    method: MethodId;
    weight: number;
    speed: number;
    atLeast?: number;
    runFeatures?: readonly number[];
  },
): void {
  const totals = tree.totalsMs();
  const nodes = [...tree.nodes.keys()].filter((i) =>
    tree.nodes[i]!.method === method && tree.nodes[i]!.invocations > 0
  );
  if (nodes.length === 0) return;
  const seen = nodes.reduce((sum, i) => sum + tree.nodes[i]!.invocations, 0);
  // What samples saw of a method is often fewer invocations than there were.
  const counted = nodes.some((i) => tree.nodes[i]!.counted);
  const invocations = counted ? seen : Math.max(seen, atLeast);
  const mean = nodes.reduce((sum, i) => sum + totals[i]!, 0) * speed / invocations;
  if (nodes.every((i) => tree.nodes[i]!.features.length === 0)) {
    const once = new SizeModel();
    once.add(runFeatures, { y: mean });
    return addSizeSums(target, once.sums, weight);
  }
  addSizeSums(target, meanSums(mean, invocations), weight);
  for (const i of nodes) {
    const linear: LineSums[] = [];
    for (const [position, sums] of tree.nodes[i]!.features.entries()) {
      linear[position] = { ...sums, y: sums.y * speed, xy: sums.xy * speed, yy: sums.yy * speed * speed };
    }
    addSizeSums(target, { plain: emptySums(), linear, square: [] }, weight);
  }
}

/** The sums weighing as at most a few points, so that what really happens soon counts more. */
function prior(sums: SizeSums): SizeSums {
  return new SizeModel(sums).capped(PRIOR_POINTS);
}
