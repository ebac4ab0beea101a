/**
 * The decision inside an app process. Loads no library.
 *
 * @module
 */
import { Decider, type DeciderModel } from "./decide.ts";
import { SampledMigrations, type SamplingModel } from "./sampled_migrations.ts";
import { ownCpuMs } from "../../runtime/features/mod.ts";
import { SizeModel } from "./size_model.ts";

export { Decider, type DeciderModel, SampledMigrations, type SamplingModel, SizeModel };

/** What decides at migration points, from the model that the app process was sent. */
export function makeDecider(model: unknown): Decider | SampledMigrations {
  return "sample" in (model as object)
    ? new SampledMigrations(model as SamplingModel)
    : new Decider(model as DeciderModel, { startMs: performance.now(), cpuMs: ownCpuMs });
}
