const { apply } = Reflect;
const { toString } = Function.prototype;
const { includes } = String.prototype;

/** What the rewriter leaves in every function of the program. */
const MARKER = "/*!cc:";

/** Whether a function is rewritten code: of the program or its libraries, and never the host's. Runs nothing of either. */
export function isProgramCode(fn: Function): boolean {
  return apply(includes, apply(toString, fn, []), [MARKER]);
}
