import type { Highs } from "highs";
import {
  columnName,
  type LinearAnswer,
  type LinearModel,
  type LinearSolver,
  lpText,
} from "./linear_model.ts";

let loading: Promise<Highs> | undefined;

async function load(): Promise<Highs> {
  // The package's types describe its CommonJS face; what is imported is its ES module, whose default is the loader.
  const module = await import("highs") as unknown as { default: () => Promise<Highs> };
  return await module.default();
}

/**
 * HiGHS as WebAssembly. It is loaded at the first solve (some 100 ms and 350 MB), never before; a solve blocks its thread,
 * so a peer that must stay responsive calls this in a Worker.
 */
export const highsSolver: LinearSolver = {
  async solve(model: LinearModel): Promise<LinearAnswer> {
    if (model.columns.length === 0) return { feasible: true, values: new Float64Array() };
    loading ??= load();
    const highs = await loading;
    const text = lpText(model);
    let answer;
    try {
      // The defaults stop within 0.01 % of the optimum; a partition is compared with fresh solves to 1e-6.
      answer = highs.solve(text, { mip_rel_gap: 0, mip_abs_gap: 1e-9, output_flag: false });
    } catch (cause) {
      loading = undefined; // After an abort the instance answers nothing more.
      throw new Error("Cannot solve partition: HiGHS stopped", { cause });
    }
    if (answer.Status === "Infeasible") return { feasible: false };
    if (answer.Status !== "Optimal") throw new Error(`Cannot solve partition: HiGHS says ${answer.Status}`);
    const columns = answer.Columns as Record<string, { Primal?: number }>;
    return {
      feasible: true,
      values: Float64Array.from(model.columns.keys(), (i) => columns[columnName(i)]?.Primal ?? 0),
    };
  },
};
