import type { Node, Site } from "./model.ts";

/**
 * Names that stack traces show for anonymous functions which are put into properties, as V8 makes them up:
 * `parser.raise` for `parser.raise = function () {}`. Functions re-created elsewhere stand in no such place.
 */
export class ShownNames {
  readonly #names = new Map<Node, string>();
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** Of a function; empty if the engine makes up none. */
  of(fn: Node): string {
    return this.#names.get(fn) ?? "";
  }

  /** An assignment is met in `around`: the outermost of a chain first. */
  note(assignment: Node, around: Site | null): void {
    const names: Part[] = constructorName(around);
    let node = assignment;
    for (; node.type === "AssignmentExpression"; node = node.right) {
      names.push(...partsOf(node.left));
      // The engine has forgotten all of it by then.
      if (this.#source.slice(node.left.end, node.right.start).includes("(")) return;
    }
    const text = names.filter((part, i) => !(part.isVariable && names[i + 1]?.isVariable === true))
      .map(({ name }) => name).join(".");
    for (const fn of resultsOf(node)) if (!this.#names.has(fn)) this.#names.set(fn, text);
  }
}

interface Part {
  readonly name: string;
  readonly isVariable: boolean;
}

const property = (name: string): Part => ({ name, isVariable: false });

/** A function whose name begins with a capital counts as a constructor. */
function constructorName(around: Site | null): Part[] {
  const name = around?.node.id?.name ?? (around?.owner == null ? "" : around.name);
  return /^\p{Lu}/u.test(name) ? [property(name)] : [];
}

function partsOf(target: Node): Part[] {
  switch (target.type) {
    case "Identifier":
      return [{ name: target.name, isVariable: true }];
    case "CallExpression":
      return partsOf(target.callee);
    case "MemberExpression":
      return [...partsOf(target.object), ...keyParts(target)];
    default:
      return [];
  }
}

function keyParts({ property: key, computed }: Node): Part[] {
  if (key.type === "PrivateIdentifier") return [property(`#${key.name}`)];
  const text = computed ? literalText(key) : key.name;
  if (text === undefined) return [property("<computed>")];
  return text === "prototype" ? [] : [property(text)];
}

function literalText(key: Node): string | undefined {
  if (key.type === "TemplateLiteral" && key.expressions.length === 0) return key.quasis[0].value.cooked;
  return key.type === "Literal" && typeof key.value === "string" ? key.value : undefined;
}

/** Functions that may be an expression's value where it is assigned. */
function resultsOf(node: Node): Node[] {
  switch (node.type) {
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return [node];
    case "LogicalExpression":
      return resultsOf(node.right);
    case "ConditionalExpression":
      return [...resultsOf(node.consequent), ...resultsOf(node.alternate)];
    default:
      return [];
  }
}
