/** Decides and learns like an app process, all built-ins replaced by counting ones; prints the reasons and the counts. */
import { DEFAULT_OVERHEADS } from "../analysis/cost/constants.ts";
import { type DeciderModel, makeDecider } from "../analysis/cost/mod.ts";
import { emptySizeSums, SizeModel } from "../analysis/cost/size_model.ts";
import { exceeds, featuresOf, raise } from "../runtime/features/features.ts";
import { runFeatures } from "../runtime/features/run_features.ts";
import { type Conditions, methodId } from "../runtime/mod.ts";
import { patchAll, state, touches } from "./programs/counting.ts";

const method = methodId("a.ts#scan"), other = methodId("a.ts#other");
const conditions: Conditions = {
  ...{ rttMs: 5, upBytesPerSecond: 1e6, downBytesPerSecond: 1e6, cloneSpeed: 10, power: "mains" },
};

/** What it takes by its size, as earlier runs learned it. */
function learnt(msPerUnit: number) {
  const times = new SizeModel();
  for (const size of [10, 200, 4000]) times.add([0, 0, 0, size], { y: size * msPerUnit });
  return times.sums;
}

const known = {
  ...{ hereMeasured: true, refused: false, correction: 1, perRun: 3, share: 0.5 },
  ...{ here: learnt(1), there: learnt(1), up: emptySizeSums(), down: emptySizeSums() },
};
const model: DeciderModel = JSON.parse(JSON.stringify({
  ...{ version: 2, conditions, overheads: DEFAULT_OVERHEADS },
  regions: [{ migrate: [method], cost: [1, 0, 0, 0, 0] }, { migrate: [other], cost: [0, 1, 0, 0, 0] }],
  methods: { [method]: { ...known, role: "chosen" }, [other]: { ...known, role: "elsewhere" } },
}));
const [decider, idle] = [makeDecider(model), makeDecider(model)];
const sampled = makeDecider({ sample: [method] });
const view = new Uint8Array(9), map = new Map([[1, 1]]), set = new Set([1]);
const own = { get: () => touches["the app's byteLength"] = 1 };
const { stringify } = JSON;

function decideAndLearn(): unknown[] {
  const reasons: unknown[] = [];
  const most: number[] = [];
  const run = runFeatures(["7", "none.txt", import.meta.filename!], "/");
  for (let i = 0; i < 12; i++) {
    const args = [i * 500, "text/none", [i], map, set, view];
    if (exceeds(args, most)) raise(most, args);
    const sizes = featuresOf(args);
    const features = [run[0]!, run[1]!, run[2]!, sizes[0]!, sizes[5]!];
    if (i === 7) decider.setConditions({ ...conditions, rttMs: 0.1 }, 0.5);
    if (i === 8) decider.setConditions(undefined);
    if (i === 9) decider.expectClone();
    const { migrate, reason, hereMs } = decider.decide(method, features);
    reasons[i] = reason;
    sampled.decide(method, features);
    idle.decide(other, [0, 0, 0, 1]);
    if (!migrate) decider.observe(method, { where: "here", ms: hereMs * 1.1, features });
    else if (i === 5) decider.observe(method, { where: "failed", permanent: false, lostMs: 1 });
    else {
      const bytes = { upBytes: 2000, downBytes: 100, readBytes: 5, fileBytes: 5, faults: 1 };
      decider.observe(method, { where: "there", totalMs: 90, cloneMs: 50, features, cold: i < 3, ...bytes });
    }
    decider.passed(method, 2);
  }
  decider.ended();
  idle.ended();
  decider.toJSON();
  return reasons;
}

Object.defineProperty(view, "byteLength", own);
patchAll();
state.counts = true;
const reasons = decideAndLearn();
state.counts = false;
state.inside = true;
console.log(stringify({ touches, reasons }));
