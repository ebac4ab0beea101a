import type { Conditions, MethodId } from "../../runtime/mod.ts";
import type { Execution } from "../profile/execution.ts";
import type { ProfileTree } from "../profile/profile_tree.ts";
import type { DeciderModel, Region } from "./decide.ts";
import type { MethodModel, MethodRole } from "./known_method.ts";
import { addPoint, emptySums, type LineSums } from "./line_fit.ts";
import type { MigrationOverheads } from "./migration.ts";
import type { PowerLevels } from "./power.ts";
import { addSizeSums, emptySizeSums, meanSums, type SizeSums } from "./size_model.ts";
import { PRIOR_POINTS, RUN_BYTES } from "./constants.ts";

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
      ...together(known, profiled(method, options.executions, known?.ofRun ?? false)),
      role,
    };
  }
  return {
    version: 1,
    conditions: options.conditions,
    overheads: options.overheads,
    ...(power === undefined ? {} : { power }),
    ...(regions === undefined ? {} : { regions: regions.map(({ migrate, cost }) => ({ migrate, cost })) }),
    methods,
  };
}

/** What runs learned goes before what profiles say, except for times here that no run has observed. */
function together(
  learned: MethodModel | undefined,
  profile: Omit<MethodModel, "role">,
): Omit<MethodModel, "role"> {
  if (learned === undefined) return profile;
  if (!profile.hereMeasured || learned.hereObserved === true) return learned;
  // For inputs of different size, by the byte.
  const byBytes = learned.ofRun === true && bytesOf(profile.here) !== undefined &&
    bytesOf(learned.there) !== undefined;
  const here = meanOf(profile.here) / (byBytes ? bytesOf(profile.here)! : 1);
  const there = meanOf(learned.there) / (byBytes ? bytesOf(learned.there)! : 1);
  const ratio = here > 0 && there > 0 ? there / here : learned.ratio;
  return { ...learned, here: profile.here, hereMeasured: true, ratio };
}

/** What profiles say of a method, weighing as a few observations. */
function profiled(
  method: MethodId,
  executions: readonly Execution[],
  ofRun: boolean,
): Omit<MethodModel, "role"> {
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
  const { sums, real } = timesHere(method, executions, { perRun, ofRun });
  const here = prior(sums), away = prior(there);
  const ratio = meanOf(here) > 0 && meanOf(away) > 0 ? meanOf(away) / meanOf(here) : 1;
  return {
    hereMeasured: real && perRun !== undefined,
    refused: false,
    ratio,
    correction: 1,
    here,
    there: away,
    up: prior(up),
    down: prior(down),
    faults: prior(faults),
    files: prior(files),
    ...(perRun === undefined ? {} : { perRun }),
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
 * A method's times on the device. Where it migrated in a run that wasn't made to measure, its time here is only worked out
 * from the clone's: that counts (`real` false) if there is nothing better.
 */
function timesHere(
  method: MethodId,
  executions: readonly Execution[],
  { perRun, ofRun }: { perRun: number | undefined; ofRun: boolean },
): { sums: SizeSums; real: boolean } {
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
      ...(ofRun && features !== undefined ? { runFeatures: features } : {}),
    });
  }
  return { sums, real: stayed.length > 0 };
}

/** Bytes of the runs' files behind the sums, on average; undefined if they aren't of runs' input. */
function bytesOf({ linear }: SizeSums): number | undefined {
  const bytes = linear[RUN_BYTES];
  return bytes && bytes.n > 0 && bytes.x > 0 ? bytes.x / bytes.n : undefined;
}

function meanOf({ plain }: SizeSums): number {
  return plain.n > 0 ? plain.y / plain.n : 0;
}

/** Adds a method's times in a tree: against its features where they were seen, else their mean over at least so many invocations. */
function addTimes(
  target: SizeSums,
  tree: ProfileTree,
  { method, weight, speed, atLeast = 0, runFeatures }: {
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
  const seen = nodes.reduce((sum, i) => sum + tree.nodes[i]!.invocations, 0);
  // What samples saw of a method is often fewer invocations than there were.
  const more = nodes.some((i) => tree.nodes[i]!.counted) ? 1 : Math.max(1, atLeast / Math.max(1, seen));
  for (const i of nodes) {
    const node = tree.nodes[i]!;
    const invocations = node.invocations * more;
    addSizeSums(target, meanSums(totals[i]! * speed / invocations, invocations), weight);
    const linear: LineSums[] = [];
    for (const [position, x] of runFeatures?.entries() ?? []) {
      const sums = linear[position] = emptySums();
      addPoint(sums, x, { y: totals[i]! * speed / invocations });
    }
    for (const [position, sums] of runFeatures === undefined ? node.features.entries() : []) {
      linear[position] = { ...sums, y: sums.y * speed, xy: sums.xy * speed, yy: sums.yy * speed * speed };
    }
    addSizeSums(target, { plain: emptySums(), linear, square: [] }, weight);
  }
}

/** The sums weighing as at most a few points, so that what really happens soon counts more. */
function prior(sums: SizeSums): SizeSums {
  const scaled = emptySizeSums();
  addSizeSums(scaled, sums, Math.min(1, PRIOR_POINTS / Math.max(1, sums.plain.n)));
  return scaled;
}
