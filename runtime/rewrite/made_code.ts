import type { Node, Site } from "./model.ts";

/** A call of `Function` with the texts of parameters and a body. */
export interface MadeCall {
  /** `new Function(…)`, `Function(…)` or `Function.apply(x, …)`. */
  readonly node: Node;
  /** The identifier that names `Function`. */
  readonly constructorName: Node;
  /** Where its arguments begin: behind the parenthesis, or at the list that `apply` is given. */
  readonly given: number;
  readonly isApplied: boolean;
  /** The site whose code it is. */
  readonly site: Site | null;
}

/** What a call is of that makes a function of texts, if one of these names means `Function`; undefined for any other. */
export function madeCall(
  node: Node,
  source: string,
  names: ReadonlySet<string>,
): Omit<MadeCall, "site"> | undefined {
  const { callee, arguments: given, optional } = node;
  if (optional === true || given.length === 0) return undefined;
  if (callee.type === "Identifier") {
    const opening = /^\s*\(/.exec(source.slice(callee.end, given[0].start));
    if (!names.has(callee.name) || opening === null) return undefined;
    return { node, constructorName: callee, given: callee.end + opening[0].length, isApplied: false };
  }
  return isApply(node, source, names)
    ? { node, constructorName: callee.object, given: given[1].start, isApplied: true }
    : undefined;
}

/** Whether an expression's value may be `Function` because it says so. */
export function mayBeFunction({ type, name, consequent, alternate, left, right }: Node): boolean {
  if (type === "ConditionalExpression") return mayBeFunction(consequent) || mayBeFunction(alternate);
  if (type === "LogicalExpression") return mayBeFunction(left) || mayBeFunction(right);
  return type === "Identifier" && name === "Function";
}

/** `Function.apply(this, list)`, without a parenthesis or a comment too many. */
function isApply({ type, callee, arguments: given, end }: Node, source: string, names: ReadonlySet<string>) {
  return type === "CallExpression" && callee.type === "MemberExpression" && !callee.computed &&
    !callee.optional && callee.property.name === "apply" && callee.object.type === "Identifier" &&
    names.has(callee.object.name) && given.length === 2 && isPlain(given[0]) &&
    given[1].type !== "SpreadElement" &&
    /^\s*\(\s*$/.test(source.slice(callee.end, given[0].start)) &&
    /^\s*,\s*$/.test(source.slice(given[0].end, given[1].start)) &&
    /^\s*\)$/.test(source.slice(given[1].end, end));
}

/** Means the same however often it is evaluated. */
function isPlain({ type }: Node): boolean {
  return type === "Identifier" || type === "ThisExpression" || type === "Literal";
}

/** Whether the script is `return function anonymous(…) {…}` and nothing else: the texts may have closed its body. */
export function isOneFunction({ body }: Node, source: string): boolean {
  const made = body[0]?.argument;
  return body.length === 1 && made?.type === "FunctionExpression" && made.end === source.length;
}
