/**
 * What decides: profiles, costs, the best partition for the conditions of the minute, and whether one invocation migrates.
 * Reads programs and profiles; never runs one itself.
 *
 * @example What one run showed plans the next, and decides in it for each invocation.
 * ```ts
 * import { Decider, planRun, ProfileStore, treeFromTrace } from "./mod.ts";
 * import { methodId } from "../runtime/mod.ts";
 *
 * const main = methodId("app.ts#<main>"), scan = methodId("app.ts#scan");
 * const onDevice = treeFromTrace([
 *   { t: 0, kind: "enter", method: main },
 *   { t: 5, kind: "enter", method: scan, bytes: 20_000, features: [100] },
 *   { t: 8005, kind: "exit", method: scan, bytes: 500 },
 *   { t: 8010, kind: "exit", method: main },
 * ]);
 * using store = new ProfileStore(":memory:");
 * const version = { app: "file:///app.ts", codeHash: "c0de" };
 * store.recordExecution(version, { input: "a", device: "board", source: "trace", atMs: 1, weight: 1, onDevice });
 *
 * const link = { rttMs: 5, upBytesPerSecond: 6e6, downBytesPerSecond: 6e6, cloneSpeed: 10, power: "unknown" } as const;
 * const plan = (await planRun(store, version, { conditions: link }))!;
 * console.assert(plan.migrate[0] === scan, plan.why);
 *
 * const decider = new Decider(plan.model);
 * console.assert(decider.decide(scan, [100]).migrate);
 * ```
 *
 * @module
 */
export { appKey, type AppVersion, type Execution, type ProfileSource } from "./profile/execution.ts";
export { type ContextNode, ProfileTree, type StoredTree } from "./profile/profile_tree.ts";
export { TraceBuilder, type TraceEvent, treeFromTrace } from "./profile/trace.ts";
export {
  type CallFrame,
  type CpuProfile,
  type CpuProfileOptions,
  type MigratedWork,
  type SampledTree,
  treeFromCpuProfile,
} from "./profile/cpu_profile.ts";
export { addSample, deviation, emptySpread, type Spread, standardError } from "./profile/spread.ts";
export { type DatabaseKey, ProfileStore, type StoredApp, type StoreOptions } from "./profile/store.ts";
export { flameGraph, type FlameSide } from "./profile/flame_graph.ts";
export {
  Decider,
  type DeciderModel,
  type Decision,
  type DecisionReason,
  type Outcome,
  type Region,
} from "./cost/decide.ts";
export { type MethodModel, type MethodRole, type Migrated } from "./cost/known_method.ts";
export { deciderModel, type DeciderModelOptions } from "./cost/decider_model.ts";
export { costAtHome, type CostContext, type CostOptions, type CostTree, costTree } from "./cost/cost_tree.ts";
export { costAt, type LinearCost, type Point, pointOf } from "./cost/linear_cost.ts";
export { DEFAULT_OVERHEADS } from "./cost/constants.ts";
export { type MigrationOverheads } from "./cost/migration.ts";
export { addMeasured, overheadsOf, type OverheadSums } from "./cost/measured_overheads.ts";
export { type MigrationSample, SampleReader } from "./profile/migration_sample.ts";
export { samplingLayers } from "./profile/sampling_layers.ts";
export { addState, type CloneTree, cloneTree } from "./profile/clone_tree.ts";
export { deviceKind, devicePower, type DeviceSigns } from "./cost/device_power.ts";
export { measuredTable, type PowerMeter, powerMeter, type PowerTrial } from "./cost/power_meter.ts";
export { POWER_TABLES, type PowerLevels, powerLevels, type PowerTable, type PowerUse } from "./cost/power.ts";
export {
  type Infeasible,
  type PartitionProblem,
  partitionProblem,
  type ProblemOptions,
  type Solved,
} from "./solver/problem.ts";
export { type SolveOptions, solvePartition } from "./solver/solve.ts";
export { type PaperOptions, type PaperSolved, solvePaper } from "./solver/paper_model.ts";
export { type ConditionsBox, DEFAULT_BOX } from "./database/constants.ts";
export { type Envelope, type PricedPartition } from "./database/envelope.ts";
export {
  type DatabaseOptions,
  methodsOf,
  partitionDatabase,
  priceOf,
} from "./database/partition_database.ts";
export { type Lookup, lookUp } from "./database/lookup.ts";
export { ClashError, type Plan, type PlanOptions, planRun } from "./database/plan.ts";
export { regionPicture } from "./database/region_picture.ts";
export {
  type AnalysedMethod,
  type Analysis,
  type AnalyzeOptions,
  analyzeProgram,
  type Effects,
  effectsOf,
  knowledgeOf,
  type Pin,
  reachable,
  type Use,
} from "./static/analyze.ts";
export { type CallGraph, callGraph, type GraphNode } from "./static/call_graph.ts";
export { callGraphPicture, type GraphLayout } from "./static/call_graph_picture.ts";
export { STEPS_WHILE_WAITING } from "./static/constants.ts";
export { stateLine } from "./static/state_line.ts";
export { type Verdict, verdictOf } from "./static/verdict.ts";
export { appRoot, type LoadedProgram, loadProgram } from "./static/load_program.ts";
export { type Call, type Method } from "./static/program.ts";
export { type SourceModule } from "./static/source_module.ts";
export { type Classified, HostTable } from "./static/classify.ts";
export { codeFrame, type Diagnostic, type TextPlace } from "./static/diagnostic.ts";
export { type Overrides, parseOverrides } from "./static/overrides.ts";
export { HOST_APIS, type HostApi, type HostClass } from "./static/host_api.ts";
