import type { Node, Scope, ScopeKind, Site, Variable, VariableKind } from "./model.ts";
import { boundNames } from "./syntax.ts";

/** The scopes of a module that is being visited, what they declare, and where among them the visit is. */
export class ScopeTree {
  /** In the order of their beginnings. */
  readonly all: Scope[] = [];
  readonly root: Scope;
  /** The innermost scope around what is being visited. */
  scope: Scope;
  /** The site whose code is being visited; null for top-level code. */
  site: Site | null = null;
  strict: boolean;
  /** Bodies that are scopes beside those of their functions' parameters. */
  readonly #bodies = new Set<Scope>();

  constructor(program: Node, strict: boolean) {
    this.strict = strict;
    this.scope = this.root = this.newScope("root", program, null);
  }

  newScope(kind: ScopeKind, node: Node, parent: Scope | null, identityAt = -1): Scope {
    const scope: Scope = {
      kind,
      node,
      parent,
      variables: new Map(),
      site: this.site,
      identityAt,
      headed: false,
      homes: [],
      captured: [],
      index: -1,
    };
    this.all.push(scope);
    return scope;
  }

  within(scope: Scope, body: () => void): void {
    const before = this.scope;
    this.scope = scope;
    body();
    this.scope = before;
  }

  declare(name: string, kind: VariableKind, declaredAt = 0, scope = this.scope): Variable {
    const known = scope.variables.get(name);
    if (known !== undefined) {
      if (known.kind === "self") known.kind = kind;
      else if (kind === "function") known.mutable = true;
      return known;
    }
    const variable: Variable = {
      name,
      kind,
      scope,
      captured: false,
      mutable: false,
      writtenInHead: false,
      early: false,
      index: -1,
      declaredAt,
    };
    scope.variables.set(name, variable);
    return variable;
  }

  #functionScope(from: Scope): Scope {
    let scope = from;
    while (!this.#holdsVars(scope)) scope = scope.parent!;
    return scope;
  }

  #holdsVars(scope: Scope): boolean {
    return scope.kind === "function" || scope.kind === "root" || scope.kind === "initialiser" ||
      this.#bodies.has(scope);
  }

  /** Declares what a statement list declares in `scope`, and its `var`s in the function around. */
  hoist(statements: readonly Node[], scope: Scope): void {
    for (let statement of statements) {
      if (statement.type === "ImportDeclaration") {
        for (const specifier of statement.specifiers) this.declare(specifier.local.name, "import", 0, scope);
        continue;
      }
      if (/^Export(Named|Default)Declaration$/.test(statement.type) && statement.declaration) {
        statement = statement.declaration;
      }
      if (statement.type === "VariableDeclaration" && statement.kind !== "var") {
        for (const declarator of statement.declarations) {
          const kind = statement.kind === "let" ? "let" : "const";
          for (const name of boundNames(declarator.id)) this.declare(name, kind, declarator.end, scope);
        }
      } else if (statement.type === "ClassDeclaration" && statement.id) {
        this.declare(statement.id.name, "class", statement.end, scope);
      } else if (statement.type === "FunctionDeclaration" && statement.id) {
        this.#hoistFunction(statement, scope);
      }
    }
    if (this.#holdsVars(scope)) {
      for (const statement of statements) this.#hoistVars(statement, scope);
    }
  }

  #hoistFunction(statement: Node, scope: Scope): void {
    const block = !this.#holdsVars(scope);
    this.declare(statement.id.name, "function", 0, scope);
    // Sloppy mode: a function in a block is also a var of the function around it (Annex B.3.3).
    if (block && !this.strict) {
      const variable = this.declare(statement.id.name, "var", 0, this.#functionScope(scope));
      variable.mutable = true;
    }
  }

  #hoistVars(node: Node, scope: Scope): void {
    const stack: Node[] = [node];
    while (stack.length > 0) {
      const item = stack.pop();
      if (item === null || typeof item !== "object") continue;
      if (Array.isArray(item)) {
        stack.push(...item);
        continue;
      }
      switch (item.type) {
        case "VariableDeclaration":
          if (item.kind !== "var") break;
          for (const declarator of item.declarations) {
            for (const name of boundNames(declarator.id)) this.declare(name, "var", 0, scope);
          }
          break;
        case "ExportNamedDeclaration":
          stack.push(item.declaration);
          break;
        case "BlockStatement":
        case "LabeledStatement":
        case "WithStatement":
        case "WhileStatement":
        case "DoWhileStatement":
          stack.push(item.body);
          break;
        case "IfStatement":
          stack.push(item.consequent, item.alternate);
          break;
        case "ForStatement":
          stack.push(item.init, item.body);
          break;
        case "ForInStatement":
        case "ForOfStatement":
          stack.push(item.left, item.body);
          break;
        case "TryStatement":
          stack.push(item.block, item.handler?.body, item.finalizer);
          break;
        case "SwitchStatement":
          for (const clause of item.cases) stack.push(clause.consequent);
          break;
      }
    }
  }

  /** The last scope made is none. */
  forget(): void {
    this.#bodies.delete(this.all.pop()!);
  }

  /** A body's own scope, beside that of its function's parameters. */
  newBody(node: Node, around: Scope): Scope {
    const body = this.newScope("block", node, around, around.identityAt);
    this.#bodies.add(body);
    return body;
  }
}
