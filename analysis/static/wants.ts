import type { Node } from "../../runtime/rewrite/mod.ts";
import { MAX_ARGUMENTS } from "./constants.ts";
import type { Wants } from "./things.ts";

const known = new WeakMap<Node, Wants | null>();

/** For what in its arguments a function is worth walking for each of its calls; undefined if for nothing. */
export function wantsOf(node: Node): Wants | undefined {
  let wants = known.get(node);
  if (wants === undefined) known.set(node, wants = found(node));
  return wants ?? undefined;
}

function found(node: Node): Wants | null {
  const positions = new Map<string, number>();
  for (const [i, parameter] of node.params.entries()) {
    const plain = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
    if (plain.type === "Identifier") positions.set(plain.name, i);
  }
  const values = new Set<number>(), keys = new Set<number>();
  const value = (node: Node) => {
    const i = node?.type === "Identifier" ? positions.get(node.name) : undefined;
    if (i !== undefined) values.add(i);
  };
  const visit = (node: Node): void => {
    switch (node.type) {
      case "Identifier":
        // It may do anything with what it is given.
        if (node.name === "arguments") { for (let i = 0; i < MAX_ARGUMENTS; i++) values.add(i); }
        return;
      case "CallExpression":
      case "NewExpression":
        value(node.callee);
        if (node.callee.type === "MemberExpression") value(node.callee.object);
        node.arguments.forEach(value);
        break;
      case "ReturnStatement":
        value(node.argument);
        break;
      case "AssignmentExpression":
        value(node.right);
        if (node.left.type === "MemberExpression") value(node.left.object);
        break;
      case "VariableDeclarator":
        value(node.init);
        break;
      case "ConditionalExpression":
        value(node.consequent);
        value(node.alternate);
        break;
      case "LogicalExpression":
        value(node.left);
        value(node.right);
        break;
      case "Property":
        value(node.value);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
        value(node.superClass);
        break;
      case "MemberExpression":
        if (node.computed && node.property.type === "Identifier") {
          const i = positions.get(node.property.name);
          if (i !== undefined) keys.add(i);
        }
    }
    for (const key in node) {
      const child = node[key];
      for (const one of Array.isArray(child) ? child : [child]) {
        if (one !== null && typeof one === "object" && typeof one.type === "string") visit(one);
      }
    }
  };
  visit(node.body);
  if (node.type === "ArrowFunctionExpression") value(node.body);
  return values.size + keys.size === 0 ? null : { values, keys };
}
