import { LIMIT_SLACK } from "./constants.ts";
import type { LinearModel, Row } from "./linear_model.ts";
import type { Reduced } from "./presolve.ts";

/**
 * The context model as a linear program: binary R of each candidate, and for each context l in [0, 1] with
 * `l(parent) ≤ l ≤ l(parent) + R` and `l ≥ R`, so that R binary makes l = max(l(parent), R) and the migrations paid
 * `l - l(parent)`. A context called from the device has l = R and needs no column. Column k is R of candidate k.
 */
export function contextModel(reduced: Reduced): LinearModel {
  const { candidates, contexts } = reduced;
  const column: number[] = [];
  let columns = candidates.length;
  const rows: Row[] = [];
  for (const [i, { parent, candidate }] of contexts.entries()) {
    if (parent <= 0) {
      column[i] = candidate;
      continue;
    }
    const l = column[i] = columns++;
    const up = column[parent]!;
    rows.push({ terms: [[l, 1], [up, -1]], lower: 0 });
    rows.push({ terms: [[l, 1], [candidate, -1]], lower: 0 });
    rows.push({ terms: [[l, 1], [up, -1], [candidate, -1]], upper: 0 });
  }
  const { cost } = sumOf(reduced, { column, columns, vector: 0 });
  rows.push(...familyRows(reduced, column));
  for (const candidate of reduced.forced) rows.push({ terms: [[candidate, 1]], lower: 1 });
  for (const [k, atMost] of reduced.limits.entries()) {
    const limit = sumOf(reduced, { column, columns, vector: k + 1 });
    const terms = [...limit.cost.entries()].filter(([, coefficient]) => coefficient !== 0);
    const upper = atMost + Math.abs(atMost) * LIMIT_SLACK - limit.offset;
    // All on the device is what has no terms; a limit it breaks can't be met by choosing.
    rows.push(terms.length === 0 ? { terms: [[0, 0]], upper } : { terms, upper });
  }
  return { columns: Array.from(cost, (c, i) => ({ integer: i < candidates.length, cost: c })), rows };
}

/** Σ stay·(1 − l) + away·l + migrate·(l − l(parent)) by column, with the constant part. */
function sumOf(
  { contexts }: Reduced,
  { column, columns, vector }: { column: number[]; columns: number; vector: number },
): { cost: Float64Array; offset: number } {
  const cost = new Float64Array(columns);
  let offset = 0;
  for (const [i, { parent, costs }] of contexts.entries()) {
    const { stay, away, migrate } = costs[vector]!;
    offset += stay;
    if (parent < 0) continue;
    cost[column[i]!]! += away - stay + migrate;
    if (parent > 0) cost[column[parent]!]! -= migrate;
  }
  return { cost, offset };
}

/** Contexts that touch one host-state family run on one side. */
function familyRows({ contexts }: Reduced, column: number[]): Row[] {
  const first = new Map<string, number>();
  const rows: Row[] = [];
  for (const [i, { families }] of contexts.entries()) {
    for (const family of families) {
      const other = first.get(family);
      if (other === undefined) first.set(family, column[i]!);
      else if (other !== column[i]) rows.push({ terms: [[other, 1], [column[i]!, -1]], lower: 0, upper: 0 });
    }
  }
  return rows;
}
