import { type AnalysedMethod, type Analysis, type Pin, reachable } from "./analyze.ts";
import { labelOf } from "./names.ts";

/** Whether a method is a legal migration point, and why or why not, for a person to read. */
export interface Verdict {
  /**
   * `migrates`: it may be a migration point. `stays`: it must run on the device. `along`: it runs where its caller does, but
   * can't be the point itself.
   */
  readonly is: "migrates" | "stays" | "along";
  /** One line. */
  readonly why: string;
}

/** What is said of a method, by its index. */
export function verdictOf(analysis: Analysis, index: number): Verdict {
  const method = analysis.methods[index]!;
  const { pin, notPoint } = method;
  if (pin !== undefined) return { is: "stays", why: because(pin) };
  const doubts = doubtsOf(method);
  if (notPoint !== undefined) {
    return { is: "along", why: [`goes where its caller does: ${notPoint}`, ...doubts].join("; ") };
  }
  return { is: "migrates", why: doubts.length > 0 ? doubts.join("; ") : reachLine(analysis, index) };
}

function doubtsOf({ mayPin, families, unpinned }: AnalysedMethod): string[] {
  return [
    ...(unpinned === undefined ? [] : [`need not stay: ${unpinned}`]),
    ...(mayPin === undefined ? [] : [`may reach ${because(mayPin)}; checked at run time`]),
    ...families.map((family) => `stays together with all that touch ${family}`),
  ];
}

function because({ reason, through }: Pin): string {
  const path = through.slice(1).map(labelOf);
  return path.length === 0 ? reason : `${reason} (through ${path.join(" > ")})`;
}

function reachLine(analysis: Analysis, index: number): string {
  const count = reachable(analysis, index).size;
  if (count === 0) return "calls no other method, and nothing that means the device";
  return `nothing it reaches means the device (${count} method${count === 1 ? "" : "s"})`;
}
