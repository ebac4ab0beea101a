import type { ModuleAnalysis, Node, Scope, Site, Variable } from "../../runtime/rewrite/mod.ts";
import type { ValueGraph } from "./values.ts";

/** The variables of a method that is walked for one call. */
export interface Locals {
  readonly scope: Scope;
  readonly vertices: Map<Variable, number>;
  readonly texts: Map<Variable, string>;
  /** Of the call in which the method was made. */
  readonly outer: Locals | undefined;
}

function isInside(scope: Scope, outer: Scope): boolean {
  for (let at: Scope | null = scope; at !== null; at = at.parent) if (at === outer) return true;
  return false;
}

/** A module's names as the rewriter resolves them, each variable with the vertex of its values. */
export class Names {
  readonly root: Scope;
  readonly #graph: ValueGraph;
  readonly #scopes = new Map<Node, Scope>();
  readonly #sites = new Map<Node, Site>();
  readonly #texts = new Map<Variable, string>();
  readonly #vertices = new Map<Variable, number>();

  constructor(analysis: ModuleAnalysis, graph: ValueGraph) {
    this.#graph = graph;
    this.root = analysis.root;
    for (const scope of analysis.allScopes) this.#scopes.set(scope.node, scope);
    for (const site of analysis.sites) this.#sites.set(site.node, site);
  }

  /** The scope that a node opens. */
  scopeOf(node: Node): Scope | undefined {
    return this.#scopes.get(node);
  }

  /** The function or class that a node is. @throws {RangeError} if it is none. */
  siteOf(node: Node): Site {
    const site = this.#sites.get(node);
    if (site === undefined) {
      throw new RangeError(`Cannot analyse ${node.type}: the rewriter has no site for it`);
    }
    return site;
  }

  /** The variable that a name means in a scope. */
  find(name: string, from: Scope): Variable | undefined {
    for (let scope: Scope | null = from; scope !== null; scope = scope.parent) {
      const found = scope.variables.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Notes that a variable is declared as that text. */
  noteText(variable: Variable, text: string): void {
    if (isFixed(variable)) this.#texts.set(variable, text);
  }

  /** The text that a variable always is, if the source says so. */
  textOf(variable: Variable | undefined, locals?: Locals): string | undefined {
    if (variable === undefined) return undefined;
    for (let own = locals; own !== undefined; own = own.outer) {
      const text = own.texts.get(variable);
      if (text !== undefined) return text;
    }
    return this.#texts.get(variable);
  }

  vertexOf(variable: Variable, locals?: Locals): number {
    for (let own = locals; own !== undefined; own = own.outer) {
      if (isInside(variable.scope, own.scope)) {
        let vertex = own.vertices.get(variable);
        if (vertex === undefined) own.vertices.set(variable, vertex = this.#graph.vertex());
        return vertex;
      }
    }
    let vertex = this.#vertices.get(variable);
    if (vertex === undefined) this.#vertices.set(variable, vertex = this.#graph.vertex());
    return vertex;
  }
}

/** Bound once, to what its declaration says: a call of it can go nowhere else. */
export function isFixed({ kind, mutable }: Variable): boolean {
  return !mutable && kind !== "param" && kind !== "catch" && kind !== "pseudo" && kind !== "var";
}

/** The name of a property where the source says it; `@@iterator` for a well-known symbol. */
export function keyOf(node: Node): string | undefined {
  const key = node.type === "MemberExpression" ? node.property : node.key;
  if (key === undefined) return undefined;
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (!node.computed && key.type === "Identifier") return key.name;
  if (key.type === "Literal") return String(key.value);
  if (key.type === "TemplateLiteral" && key.expressions.length === 0) return key.quasis[0].value.cooked;
  if (key.type === "MemberExpression" && !key.computed && key.object.name === "Symbol") {
    return `@@${key.property.name}`;
  }
  return undefined;
}

/** A method's name without its module's path. */
export function labelOf(id: string): string {
  return id.slice(id.indexOf("#") + 1);
}
