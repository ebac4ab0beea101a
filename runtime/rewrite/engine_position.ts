import type { Node } from "./model.ts";

/**
 * The offset that V8 has for an expression as a whole: what it names in a stack trace for `() => expression` when the first
 * thing evaluated in it throws. As V8's parser sets it: operators stand for what they join, a call stands at the name that
 * is called, or at its parenthesis.
 */
export function enginePosition(node: Node, source: string): number {
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression":
      return find(source, node.operator, node.left.end);
    case "SequenceExpression":
      return find(source, ",", node.expressions[0].end);
    case "UpdateExpression":
      return node.prefix ? lastToken(node.argument) : find(source, node.operator, node.argument.end);
    case "MemberExpression":
      return memberPosition(node, source);
    case "CallExpression":
      return callPosition(node, source);
    case "ChainExpression":
      return enginePosition(node.expression, source);
    case "TaggedTemplateExpression":
      return node.quasi.start;
  }
  return node.start;
}

/** The offset that V8 has for what fails right after an expression between brackets was evaluated: its last part. */
export function keyPosition(node: Node, source: string): number {
  if (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
    return find(source, "(", node.callee.end);
  }
  if (node.type === "ObjectExpression" && node.properties.length > 0) return node.properties[0].start;
  return enginePosition(node, source);
}

/** The offset that V8 has for reading a property of nothing. */
export function readPosition(member: Node, source: string): number {
  const { object, computed } = member;
  const called = computed ? undefined : rootCall(object);
  return called ? find(source, ".", object.end) : memberPosition(member, source);
}

function rootCall(node: Node): boolean {
  return node.type === "CallExpression" || (node.type === "MemberExpression" && rootCall(node.object));
}

function memberPosition(node: Node, source: string): number {
  if (node.computed) return find(source, "[", node.object.end);
  return node.property.start;
}

function lastToken(node: Node): number {
  if (node.type === "Identifier") return node.start;
  return node.computed ? node.end - 1 : node.property.start;
}

function callPosition({ callee, optional }: Node, source: string): number {
  if (optional) return find(source, "(", callee.end);
  switch (callee.type) {
    case "Identifier":
      return callee.start;
    case "MemberExpression":
      if (!callee.computed) return callee.property.start;
  }
  return find(source, "(", callee.end);
}

/** Where `text` stands at or after `from`, comments and closing parentheses skipped. */
function find(source: string, text: string, from: number): number {
  let at = from;
  while (at < source.length) {
    if (source.startsWith(text, at)) return at;
    if (source.startsWith("//", at)) at = source.indexOf("\n", at);
    else if (source.startsWith("/*", at)) at = source.indexOf("*/", at) + 2;
    else at++;
  }
  return from;
}
