import { makeDecider } from "../../analysis/cost/mod.ts";
import { bootApp, type DecisionMaker } from "../../runtime/thread/mod.ts";

/** Brings runtime and decision together in an app process, before its main module is loaded. */
export function start(
  supervisor: string,
  { globals, begunMs }: { globals: readonly PropertyKey[]; begunMs: number },
): void {
  bootApp(supervisor, {
    ...{ globals, begunMs },
    decisionMaker: (model) => makeDecider(model) as unknown as DecisionMaker,
  });
}
