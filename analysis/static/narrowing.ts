import { boundIdentifiers, type Node, type Variable } from "../../runtime/rewrite/mod.ts";
import type { Thing } from "./things.ts";

/** What a value may be, as far as tests tell: a set of bits. `PLAIN`: nothing that is followed (texts, numbers, `null`). */
export const FUNCTION = 1, OBJECT = 2, PLAIN = 4;
const ALL = FUNCTION | OBJECT | PLAIN;

/** What is known of variables at some place, by the tests that led there. */
export type Narrowed = ReadonlyMap<Variable, number>;

/** What finds a name's variable. */
type Find = (name: string) => Variable | undefined;

/** What a test says of variables where it came out that way. */
export function factsOf(test: Node, find: Find, outcome: boolean): Narrowed {
  const facts = new Map<Variable, number>();
  const visit = (node: Node, outcome: boolean): void => {
    switch (node?.type) {
      case "ParenthesizedExpression":
        return visit(node.expression, outcome);
      case "Identifier":
        return outcome ? undefined : note(node, PLAIN);
      case "UnaryExpression":
        return node.operator === "!" ? visit(node.argument, !outcome) : undefined;
      case "LogicalExpression":
        // Both sides are known only where the operator asked for both.
        if (node.operator === (outcome ? "&&" : "||")) {
          visit(node.left, outcome);
          visit(node.right, outcome);
        }
        return;
      case "CallExpression":
        return outcome && isArrayTest(node.callee) ? note(node.arguments[0], OBJECT) : undefined;
      case "BinaryExpression":
        return compared(node, outcome);
    }
  };
  const compared = ({ operator, left, right }: Node, outcome: boolean): void => {
    if (!/^[!=]==?$/.test(operator)) return;
    const isEqual = operator.startsWith("=") === outcome;
    if (left.type === "UnaryExpression" && left.operator === "typeof" && typeof right.value === "string") {
      const kinds = kindsOf(right.value);
      return note(
        left.argument,
        isEqual ? kinds : right.value === "function" ? ALL & ~FUNCTION : without(kinds),
      );
    }
    if (isEqual && isPlain(right)) note(left, PLAIN);
    else if (isEqual && isPlain(left)) note(right, PLAIN);
  };
  const note = (node: Node, kinds: number): void => {
    const variable = node?.type === "Identifier" ? find(node.name) : undefined;
    if (variable !== undefined) facts.set(variable, (facts.get(variable) ?? ALL) & kinds);
  };
  visit(test, outcome);
  return facts;
}

function kindsOf(type: string): number {
  // null is an "object".
  return type === "function" ? FUNCTION : type === "object" ? OBJECT | PLAIN : PLAIN;
}

/** What isn't of these types: of texts and numbers there are other kinds. */
function without(kinds: number): number {
  return (kinds & OBJECT) !== 0 ? ALL & ~OBJECT : ALL;
}

function isPlain(node: Node): boolean {
  return (node.type === "Literal" && node.regex === undefined) ||
    (node.type === "Identifier" && node.name === "undefined") ||
    (node.type === "UnaryExpression" && node.operator === "void");
}

function isArrayTest(callee: Node): boolean {
  return callee.type === "MemberExpression" && callee.object.name === "Array" &&
    callee.property.name === "isArray";
}

/** Whether a thing may be what tests have left. */
export function isOf(kinds: number, thing: Thing | undefined): boolean {
  if (thing === undefined || thing.kind === "host") return (kinds & (FUNCTION | OBJECT)) !== 0;
  return (kinds & (thing.kind === "function" || thing.kind === "resolver" ? FUNCTION : OBJECT)) !== 0;
}

/** Whether a statement never comes to the one after it. */
export function leaves(node: Node): boolean {
  switch (node?.type) {
    case "ReturnStatement":
    case "ThrowStatement":
    case "ContinueStatement":
    case "BreakStatement":
      return true;
    case "BlockStatement":
      return leaves(node.body.at(-1));
    case "IfStatement":
      return leaves(node.consequent) && leaves(node.alternate);
  }
  return false;
}

/** Where names are written other than by their declarations: offsets by name, in order. */
export function writesIn(body: readonly Node[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  const target = (pattern: Node): void => {
    for (const { name, start } of boundIdentifiers(pattern)) {
      const known = found.get(name);
      if (known === undefined) found.set(name, [start]);
      else known.push(start);
    }
  };
  const declared = ({ declarations }: Node): void => declarations.forEach(({ id }: Node) => target(id));
  const visit = (node: Node): void => {
    if (node.type === "AssignmentExpression") target(node.left);
    else if (node.type === "UpdateExpression") target(node.argument);
    else if (node.type === "ForOfStatement" || node.type === "ForInStatement") {
      if (node.left.type === "VariableDeclaration") declared(node.left);
      else target(node.left);
    } else if (node.type === "VariableDeclaration" && node.kind === "var") declared(node);
    for (const key in node) {
      const child = node[key];
      for (const one of Array.isArray(child) ? child : [child]) {
        if (one !== null && typeof one === "object" && typeof one.type === "string") visit(one);
      }
    }
  };
  body.forEach(visit);
  for (const offsets of found.values()) offsets.sort((a, b) => a - b);
  return found;
}
