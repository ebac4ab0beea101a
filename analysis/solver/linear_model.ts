import { TERMS_A_LINE } from "./constants.ts";

/** One variable between 0 and 1. */
export interface Column {
  readonly integer: boolean;
  readonly cost: number;
}

/** `lower ≤ Σ coefficient · column ≤ upper`; a missing bound doesn't bind. */
export interface Row {
  readonly terms: readonly (readonly [column: number, coefficient: number])[];
  readonly lower?: number;
  readonly upper?: number;
}

/** A mixed 0-1 program to minimise. */
export interface LinearModel {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** Values of the columns, or that there are none. */
export type LinearAnswer = { readonly feasible: true; readonly values: Float64Array } | {
  readonly feasible: false;
};

/** What solves linear models: HiGHS, or a stand-in for tests. */
export interface LinearSolver {
  /** @throws {Error} if it stops for another reason than an optimum or infeasibility. */
  solve(model: LinearModel): Promise<LinearAnswer>;
}

/** Names of columns and rows in the text: a letter and a number, so none is a word that the format reserves. */
export const columnName = (index: number) => `x${index}`;

/** The model as text in the LP format. */
export function lpText({ columns, rows }: LinearModel): string {
  const objective = columns.flatMap(({ cost }, i) => cost === 0 ? [] : [[i, cost] as const]);
  const lines = ["Minimize", ` obj: ${sumText(objective)}`, "Subject To"];
  let named = 0;
  for (const { terms, lower, upper } of rows) {
    const sum = sumText(terms);
    if (lower !== undefined && lower === upper) lines.push(` c${named++}: ${sum} = ${lower}`);
    else {
      if (lower !== undefined) lines.push(` c${named++}: ${sum} >= ${lower}`);
      if (upper !== undefined) lines.push(` c${named++}: ${sum} <= ${upper}`);
    }
  }
  lines.push("Bounds");
  for (const i of columns.keys()) lines.push(` 0 <= ${columnName(i)} <= 1`);
  const integers = columns.flatMap(({ integer }, i) => integer ? [` ${columnName(i)}`] : []);
  if (integers.length > 0) lines.push("Binary", ...integers);
  return [...lines, "End", ""].join("\n");
}

function sumText(terms: readonly (readonly [number, number])[]): string {
  if (terms.length === 0) return "0 x0";
  return terms.map(([column, coefficient], i) => {
    const sign = coefficient < 0 ? "-" : "+";
    const line = i > 0 && i % TERMS_A_LINE === 0 ? "\n  " : "";
    return `${line}${sign} ${Math.abs(coefficient)} ${columnName(column)}`;
  }).join(" ");
}
