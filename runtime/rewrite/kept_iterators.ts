import type { Node } from "./model.ts";

const ASKED = ["keys", "values", "entries"];

/**
 * How an expression asks for what may be an array iterator: 0 `x.keys()`, 1 `x.values()`, 2 `x.entries()`, 3
 * `x[Symbol.iterator]()`; undefined for any other.
 */
export function iteratorAsked({ type, callee, arguments: given }: Node): number | undefined {
  if (type !== "CallExpression" || given.length > 0 || callee.type !== "MemberExpression") return undefined;
  const { object, property, computed, optional } = callee;
  if (optional || object.type === "Super") return undefined;
  // An array that is written out has these methods.
  if (object.type !== "ArrayExpression" && calleeText(object) === undefined) return undefined;
  if (computed) return isSymbolIterator(property) ? 3 : undefined;
  const asked = ASKED.indexOf(property.name);
  return asked < 0 || property.type !== "Identifier" ? undefined : asked;
}

/** How V8 words an expression that it can't call; undefined for those that are left alone. */
export function calleeText(node: Node): string | undefined {
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "ThisExpression":
      return "this";
    case "NewExpression":
      return "(intermediate value)";
    case "CallExpression": {
      const text = node.optional ? undefined : calleeText(node.callee);
      return text === undefined ? undefined : `${text}(...)`;
    }
    case "MemberExpression":
      return memberText(node);
  }
  return undefined;
}

function memberText({ object, property, computed, optional }: Node): string | undefined {
  const text = optional ? undefined : calleeText(object);
  if (text === undefined) return undefined;
  if (property.type === "PrivateIdentifier") return `${text}[#${property.name}]`;
  if (!computed) return `${text}.${property.name}`;
  return isSymbolIterator(property) ? `${text}[Symbol.iterator]` : undefined;
}

function isSymbolIterator({ type, object, property, computed }: Node): boolean {
  return type === "MemberExpression" && !computed && property.name === "iterator" &&
    object.type === "Identifier" && object.name === "Symbol";
}

const CONSUMERS =
  /^(?:Array|Object|Promise|Map|Set|WeakMap|WeakSet|AggregateError|Headers|URLSearchParams|\w+Array)$/;

/** Whether a call is surely of a built-in function that takes all of an iterator at once. */
export function consumesIterators({ type, callee }: Node): boolean {
  const of = type === "NewExpression"
    ? callee
    : callee.type === "MemberExpression"
    ? callee.object
    : undefined;
  return of?.type === "Identifier" && CONSUMERS.test(of.name);
}
