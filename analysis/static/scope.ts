/** An ESTree node as acorn makes it. */
// deno-lint-ignore no-explicit-any
export type Node = any;

/** A variable of a program; values flow through its vertex. */
export interface Variable {
  readonly name: string;
  readonly scope: Scope;
  readonly vertex: number;
  /** Bound once, to what its declaration says: a call of it can go nowhere else. */
  readonly fixed: boolean;
  /** Stands at the top level of its module. */
  readonly top: boolean;
}

/** Names declared in one place, and the places around. */
export class Scope {
  readonly variables = new Map<string, Variable>();

  constructor(
    readonly parent: Scope | null,
    readonly kind: "module" | "function" | "block",
    readonly newVertex: () => number,
  ) {}

  /** The variable a name means here, if the module declares it. */
  find(name: string): Variable | undefined {
    return this.variables.get(name) ?? this.parent?.find(name);
  }

  /** Declares a name; declaring it again is the same variable. */
  declare(name: string, fixed: boolean): Variable {
    const known = this.variables.get(name);
    if (known !== undefined) return known;
    const variable = { name, scope: this, vertex: this.newVertex(), fixed, top: this.kind === "module" };
    this.variables.set(name, variable);
    return variable;
  }

  /** Declares what a list of statements declares: its own lexical names here, its `var`s if this is a function's scope. */
  hoist(statements: readonly Node[]): void {
    for (const statement of statements) {
      const inner = statement.declaration ?? statement;
      if (statement.type === "ImportDeclaration") {
        for (const specifier of statement.specifiers) this.declare(specifier.local.name, true);
      } else if (inner.type === "VariableDeclaration" && inner.kind !== "var") {
        const fixed = inner.kind !== "let";
        for (const { id } of inner.declarations) for (const name of boundNames(id)) this.declare(name, fixed);
      } else if (/^(Function|Class)Declaration$/.test(inner.type) && inner.id) {
        this.declare(inner.id.name, true);
      }
      if (this.kind !== "block") this.#hoistVars(statement);
    }
  }

  #hoistVars(from: Node): void {
    const stack: Node[] = [from];
    while (stack.length > 0) {
      const node = stack.pop();
      if (node === null || typeof node !== "object") continue;
      if (Array.isArray(node)) stack.push(...node);
      else if (node.type === "VariableDeclaration") {
        if (node.kind !== "var") continue;
        for (const { id } of node.declarations) for (const name of boundNames(id)) this.declare(name, false);
      } else if (
        /Statement$|SwitchCase|CatchClause|ExportNamed/.test(node.type) && node.type !== "ExpressionStatement"
      ) {
        stack.push(
          ...[node.body, node.block, node.handler, node.finalizer, node.consequent, node.alternate],
          ...[node.cases, node.init, node.left, node.declaration],
        );
      }
    }
  }
}

/** The names that a pattern binds. */
export function boundNames(pattern: Node): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((property: Node) => boundNames(property.value ?? property.argument));
    case "ArrayPattern":
      return pattern.elements.flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    default:
      return [];
  }
}

/** The name of a property where the source says it. */
export function keyOf(node: Node): string | undefined {
  const key = node.type === "MemberExpression" ? node.property : node.key;
  if (key === undefined) return undefined;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (!node.computed && key.type === "Identifier") return key.name;
  return key.type === "Literal" ? String(key.value) : undefined;
}
