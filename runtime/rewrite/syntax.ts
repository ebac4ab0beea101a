/** Questions about single nodes of a syntax tree. */

import type { Node } from "./model.ts";

export function isArrow(node: Node): boolean {
  return node.type === "ArrowFunctionExpression";
}

/** A prefix for the rewriter's names that the source doesn't use. */
export function freePrefix(source: string): string {
  let prefix = "$cc";
  while (source.includes(prefix)) prefix += "x";
  return prefix;
}

/** Names a pattern binds. */
export function boundNames(pattern: Node): string[] {
  return boundIdentifiers(pattern).map(({ name }) => name);
}

/** The identifiers that a pattern binds, or assigns to. */
export function boundIdentifiers(pattern: Node): Node[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern];
    case "RestElement":
      return boundIdentifiers(pattern.argument);
    case "AssignmentPattern":
      return boundIdentifiers(pattern.left);
    case "ArrayPattern":
      return pattern.elements.flatMap(boundIdentifiers);
    case "ObjectPattern":
      return pattern.properties.flatMap((property: Node) =>
        boundIdentifiers(property.value ?? property.argument)
      );
  }
  return [];
}

/** Where a function body's own statements start: after its directives. */
export function bodyStart(body: Node): number {
  let at = body.start + 1;
  for (const statement of body.body) {
    if (typeof statement.directive !== "string") break;
    at = statement.end;
  }
  return at;
}

/** Where V8 says a call stands. */
export function callPosition(call: Node): number {
  return call.callee.type === "MemberExpression" ? call.callee.property.start : call.callee.start;
}

/** Statements that do nothing where they stand. */
const DECLARING = ["FunctionDeclaration", "ImportDeclaration", "EmptyStatement"];
/** What a call is given without running anything of the program's. */
const GIVEN = ["ArrowFunctionExpression", "FunctionExpression", "Identifier", "MemberExpression"];

/** Where the call stands whose return is the last thing that a module's own code meets. */
export function lastCall({ body }: Node): number | undefined {
  const statement = body.findLast((node: Node) =>
    !DECLARING.includes(node.type) && !(node.type === "ExportNamedDeclaration" && node.declaration === null)
  );
  if (statement?.type !== "ExpressionStatement") return undefined;
  let call = statement.expression;
  if (call.type === "UnaryExpression" && call.operator === "void") call = call.argument;
  while (isReaction(call)) call = call.callee.object;
  return call.type === "CallExpression" ? callPosition(call) : undefined;
}

/** `….catch(console.error)` */
function isReaction({ type, callee, arguments: given }: Node): boolean {
  return type === "CallExpression" && callee.type === "MemberExpression" && !callee.computed &&
    /^(then|catch|finally)$/.test(callee.property.name) && callee.object.type === "CallExpression" &&
    given.every((node: Node) => GIVEN.includes(node.type));
}

export function hasUseStrict(statements: readonly Node[]): boolean {
  for (const statement of statements) {
    if (typeof statement.directive !== "string") return false;
    if (statement.directive === "use strict") return true;
  }
  return false;
}

export function keyName(key: Node): string {
  return key.type === "Identifier" ? key.name : key.bigint ?? String(key.value);
}

/** Means the same wherever it is evaluated: a literal, or a well-known symbol. */
export function isFixedKey(key: Node): boolean {
  return key.type === "Literal" ||
    (key.type === "MemberExpression" && !key.computed && key.object.name === "Symbol");
}

/** Whether evaluating it may let other code run before it goes on. */
export function waits(node: Node): boolean {
  if (node === null || typeof node !== "object") return false;
  if (Array.isArray(node)) return node.some(waits);
  if (node.type === "AwaitExpression" || node.type === "YieldExpression") return true;
  if (/Function/.test(node.type)) return false;
  return Object.values(node).some((child) => waits(child));
}

export function isAnonymous(node: Node): boolean {
  return node.type === "ArrowFunctionExpression" ||
    ((node.type === "FunctionExpression" || node.type === "ClassExpression" ||
      node.type === "FunctionDeclaration" ||
      node.type === "ClassDeclaration") && !node.id);
}

/** `Foo.prototype.run`, as a target of an assignment has it; empty if something in it is computed. */
export function propertyPath(target: Node): string {
  if (target.type !== "MemberExpression") return "";
  const { object, property, computed } = target;
  const own = computed
    ? (property.type === "Literal" ? keyName(property) : "")
    : property.type === "PrivateIdentifier"
    ? `#${property.name}`
    : property.name;
  const before = object.type === "Identifier"
    ? object.name
    : object.type === "ThisExpression"
    ? "this"
    : propertyPath(object);
  return own === "" || before === "" ? "" : `${before}.${own}`;
}
