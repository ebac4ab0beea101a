import type {
  KeptIterator,
  ModuleAnalysis,
  Node,
  Reference,
  Scope,
  ScopeKind,
  Site,
  SiteKind,
  SuperUse,
  Variable,
  VariableKind,
} from "./model.ts";
import { consumesIterators, iteratorAsked } from "./kept_iterators.ts";
import { nameSites } from "./names.ts";
import {
  bodyStart,
  boundNames,
  callPosition,
  hasUseStrict,
  isAnonymous,
  isArrow,
  isFixedKey,
  keyName,
  redeclared,
  waits,
} from "./syntax.ts";

const IN_WITH = "it stands in a with statement";

/**
 * Resolves the scopes of one parsed module: which site refers to which variable of which outer scope.
 *
 * `path` is the module's path from the app's root, the first part of its methods' ids.
 */
export function analyse(
  source: string,
  program: Node,
  options: { isModule: boolean; path: string },
): ModuleAnalysis {
  const analyser = new Analyser(source, program, options.isModule);
  analyser.visitProgram();
  const analysis = analyser.finish();
  nameSites(analysis.sites, options.path);
  return analysis;
}

const METHOD_KINDS: ReadonlyMap<string, SiteKind> = new Map([
  ["get", "getter"],
  ["set", "setter"],
  ["constructor", "constructor"],
]);

interface Flags {
  write?: boolean;
  read?: boolean;
  shorthand?: boolean;
  callee?: boolean;
  silent?: boolean;
  property?: string;
}

class Analyser {
  readonly #source: string;
  readonly #program: Node;
  readonly #isModule: boolean;
  readonly #root: Scope;
  readonly #scopes: Scope[] = [];
  readonly #sites: Site[] = [];
  readonly #references: Reference[] = [];
  readonly #awaited: number[] = [];
  readonly #metas: Node[] = [];
  readonly #superUses: SuperUse[] = [];
  readonly #keptIterators: KeptIterator[] = [];
  /** How many `with` statements are around. */
  #withs = 0;
  readonly #privateUses: { readonly name: string; readonly scope: Scope; readonly site: Site | null }[] = [];
  /** The callee of the call that is being visited. */
  #callee: Node = null;
  #scope: Scope;
  #site: Site | null = null;
  #strict: boolean;
  /** Loop scopes whose head (test, update) is being visited. */
  #heads: Scope[] = [];
  /** Where the last statement of a list starts that is an expression. */
  #leading = -1;
  /** The name that an anonymous function or class gets where it stands. */
  #hint = "";

  constructor(source: string, program: Node, isModule: boolean) {
    this.#source = source;
    this.#program = program;
    this.#isModule = isModule;
    this.#strict = isModule || hasUseStrict(program.body);
    this.#scope = this.#root = this.#newScope("root", program, null);
  }

  visitProgram(): void {
    if (!this.#isModule) {
      for (const name of ["exports", "require", "module", "__filename", "__dirname"]) {
        this.#declare(name, "param");
      }
      this.#declare("this", "pseudo");
      this.#declare("arguments", "pseudo");
    }
    this.#hoist(this.#program.body, this.#root);
    this.#visitAll(this.#program.body);
  }

  finish(): ModuleAnalysis {
    for (const reference of this.#references) this.#resolve(reference);
    for (const use of this.#privateUses) this.#resolvePrivate(use);
    for (const site of this.#sites) site.door?.behind.push(site);
    this.#markHeads();
    this.#markExports();
    for (const scope of this.#scopes) {
      for (const variable of scope.variables.values()) {
        if (!variable.captured || (scope === this.#root && variable.kind === "pseudo" && this.#isModule)) {
          continue;
        }
        variable.index = scope.captured.push(variable) - 1;
      }
    }
    const capturable = this.#scopes.filter((scope) => scope !== this.#root && scope.captured.length > 0);
    capturable.forEach((scope, index) => scope.index = index);
    this.#refuse();
    return {
      source: this.#source,
      program: this.#program,
      isModule: this.#isModule,
      root: this.#root,
      scopes: capturable,
      allScopes: this.#scopes,
      sites: this.#sites,
      awaited: this.#awaited,
      metas: this.#metas,
      superUses: this.#superUses,
      keptIterators: this.#keptIterators.filter((kept) => kept.asked < 3 || this.#namesGlobal(kept)),
      references: this.#references.sort((a, b) => a.start - b.start),
    };
  }

  /** Whether `Symbol` is the language's. */
  #namesGlobal({ node: { callee } }: KeptIterator): boolean {
    const { start } = callee.property.object;
    return this.#references.some((reference) => reference.start === start && reference.variable === null);
  }

  // Scopes and declarations

  #newScope(kind: ScopeKind, node: Node, parent: Scope | null, identityAt = -1): Scope {
    const scope: Scope = {
      kind,
      node,
      parent,
      variables: new Map(),
      site: this.#site,
      identityAt,
      headed: false,
      captured: [],
      index: -1,
    };
    this.#scopes.push(scope);
    return scope;
  }

  #within(scope: Scope, body: () => void): void {
    const before = this.#scope;
    this.#scope = scope;
    body();
    this.#scope = before;
  }

  #declare(name: string, kind: VariableKind, declaredAt = 0, scope = this.#scope): Variable {
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
    while (scope.kind !== "function" && scope.kind !== "root" && scope.kind !== "initialiser") {
      scope = scope.parent!;
    }
    return scope;
  }

  /** Declares what a statement list declares in `scope`, and its `var`s in the function around. */
  #hoist(statements: readonly Node[], scope: Scope): void {
    for (let statement of statements) {
      if (statement.type === "ImportDeclaration") {
        for (const specifier of statement.specifiers) this.#declare(specifier.local.name, "import", 0, scope);
        continue;
      }
      if (/^Export(Named|Default)Declaration$/.test(statement.type) && statement.declaration) {
        statement = statement.declaration;
      }
      if (statement.type === "VariableDeclaration" && statement.kind !== "var") {
        for (const declarator of statement.declarations) {
          const kind = statement.kind === "let" ? "let" : "const";
          for (const name of boundNames(declarator.id)) this.#declare(name, kind, declarator.end, scope);
        }
      } else if (statement.type === "ClassDeclaration" && statement.id) {
        this.#declare(statement.id.name, "class", statement.end, scope);
      } else if (statement.type === "FunctionDeclaration" && statement.id) {
        this.#hoistFunction(statement, scope);
      }
    }
    if (scope.kind === "function" || scope.kind === "root" || scope.kind === "initialiser") {
      for (const statement of statements) this.#hoistVars(statement, scope);
    }
  }

  #hoistFunction(statement: Node, scope: Scope): void {
    const block = scope.kind === "block";
    this.#declare(statement.id.name, "function", 0, scope);
    // Sloppy mode: a function in a block is also a var of the function around it (Annex B.3.3).
    if (block && !this.#strict) {
      const variable = this.#declare(statement.id.name, "var", 0, this.#functionScope(scope));
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
            for (const name of boundNames(declarator.id)) this.#declare(name, "var", 0, scope);
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

  // References

  #refer(node: Node, name: string, flags: Flags = {}): void {
    const write = flags.write === true;
    this.#references.push({
      start: node.start,
      end: node.end,
      name,
      scope: this.#scope,
      site: this.#site,
      write,
      read: flags.read ?? !write,
      shorthand: flags.shorthand === true,
      callee: flags.callee === true,
      leads: node.start === this.#leading,
      loopHead: this.#heads.some((head) => head.variables.has(name)),
      silent: flags.silent === true,
      variable: null,
      property: flags.property,
    });
  }

  /** Closures and classes that use a private name can only be made inside the class that declares it. */
  #resolvePrivate({ name, scope, site }: { name: string; scope: Scope; site: Site | null }): void {
    const declares = (at: Scope) =>
      at.kind === "class" && at.site!.privates.some((item) => item.name === name);
    let at: Scope | null = scope;
    while (at !== null && !declares(at)) at = at.parent;
    if (at !== null) this.#needDoor(site, at.site!);
  }

  /** Members come with their class. Returns the closures on the way up to the class. */
  #needDoor(from: Site | null, owner: Site): Set<Site> {
    const closures = new Set<Site>();
    for (let site = from; site !== null && site !== owner; site = site.parent) {
      if (site.owner !== null) continue;
      if (site.kind !== "class") closures.add(site);
      if (site.door === null || site.door.start < owner.start) site.door = owner;
    }
    return closures;
  }

  /** `super.x`: closures inside a class's member are made with something that stands for it. */
  #superMember(node: Node): void {
    const called = this.#callee === node;
    let scope: Scope | null = this.#scope;
    while (
      scope !== null && (scope.kind !== "function" || isArrow(scope.node)) && scope.kind !== "initialiser"
    ) {
      scope = scope.parent;
    }
    const member = scope?.kind === "function" ? scope.site : null;
    const owner = scope?.kind === "initialiser" ? scope.site : member?.owner;
    if (scope === null || owner === null || owner === undefined) {
      return this.#refuseHere("it uses super", true);
    }
    const from = this.#site;
    if (from === member || from === owner) return;
    const isStatic = member?.isStatic ?? (scope.node.type === "StaticBlock" || scope.node.static === true);
    this.#refer({ start: node.start, end: node.start }, "this", { silent: true });
    const closures = this.#needDoor(from, owner);
    for (const site of closures) site.staticSuper = isStatic;
    this.#superUses.push({ node, called, self: this.#references.at(-1)!, closures });
  }

  /** Nothing that stands for `super` can be assigned to, or called in another way. */
  #refuseSuper(node: Node): void {
    if (node?.type !== "MemberExpression" || node.object.type !== "Super") return;
    this.#refuseHere("it does more with a property of super than read or call it", true);
  }

  #resolve(reference: Reference): void {
    let scope: Scope | null = reference.scope;
    const pseudo = reference.name === "this" || reference.name === "new.target";
    let variable: Variable | undefined;
    for (; scope !== null; scope = scope.parent) {
      variable = scope.variables.get(reference.name);
      if (variable !== undefined) break;
    }
    if (variable === undefined) {
      if (!pseudo) {
        // Who has it has passed it on.
        let site = reference.site;
        for (; site !== null && !site.globals.has(reference.name); site = site.parent) {
          site.globals.add(reference.name);
        }
      }
      return;
    }
    reference.variable = variable;
    if (reference.write && (variable.kind === "const" || variable.kind === "import")) {
      for (let site = reference.site; site !== null; site = site.parent) {
        site.refused ??= `it assigns to the constant "${reference.name}"`;
      }
    }
    if (reference.name === "arguments" && reference.site !== null && variable.scope.site === reference.site) {
      reference.site.usesArguments = true;
    }
    if (reference.write && !reference.loopHead) variable.mutable = true;
    else if (reference.write) variable.writtenInHead = true;
    for (let site = reference.site; site !== variable.scope.site; site = site.parent) {
      if (site === null || site.through.has(variable)) break;
      site.through.add(variable);
      variable.captured = true;
      if (variable.declaredAt > 0 && (site.isDeclaration || site.start < variable.declaredAt)) {
        variable.early = true;
      }
    }
  }

  /** Exported variables can be seen by functions of other modules. */
  #markExports(): void {
    for (const statement of this.#isModule ? this.#program.body : []) {
      if (!/^Export(Named|Default)Declaration$/.test(statement.type)) continue;
      const names: string[] = (statement.specifiers ?? []).filter(() => !statement.source).map((item: Node) =>
        item.local.name
      );
      const { declaration } = statement;
      if (declaration?.type === "VariableDeclaration") {
        for (const declarator of declaration.declarations) names.push(...boundNames(declarator.id));
      } else if (declaration?.id && /Declaration$/.test(declaration.type)) names.push(declaration.id.name);
      for (const name of names) {
        const variable = this.#root.variables.get(name);
        if (variable !== undefined) variable.captured = true;
      }
    }
  }

  /**
   * Closures that are born in the head of a loop see what its test and update write to the round's copy. Their scope's
   * identity has to be in the head too; so it has for those that are born in parameters and patterns.
   */
  #markHeads(): void {
    for (const site of this.#sites) {
      for (const variable of site.through) {
        const { scope } = variable;
        if (!isHeaded(scope) || site.start >= scope.node.body.start) continue;
        if (variable.writtenInHead) variable.mutable = true;
        if (scope.node.type === "ForStatement") scope.identityAt = scope.node.init.declarations[0].start;
        else this.#markHeaded(site, scope);
      }
    }
  }

  #markHeaded(site: Site, scope: Scope): void {
    if (scope.kind === "function") {
      const { splitScopes, kind } = scope.site!;
      if (splitScopes) {
        site.refused ??= "it is born among parameters whose names the body declares anew";
        return;
      }
      // Nothing can stand behind these parameters.
      if (kind === "setter" || scope.node.params.at(-1).type === "RestElement") scope.identityAt = -1;
    } else if (scope.kind === "loop" && this.#namesIn(scope.node.right, scope)) scope.identityAt = -1;
    scope.headed = true;
  }

  /** Whether a stretch of the source refers to a name of the scope's. */
  #namesIn({ start, end }: Node, { variables }: Scope): boolean {
    return this.#references.some((item) =>
      item.start >= start && item.end <= end && variables.has(item.name)
    );
  }

  /** Finds sites whose closures nothing can re-create. */
  #refuse(): void {
    for (const site of this.#sites) {
      if (site.refused !== null || site.owner !== null) continue;
      if (site.door !== null && site.door.refused !== null) {
        site.refused = `its class can't travel: ${site.door.refused}`;
      }
      for (const variable of site.through) {
        const scope = variable.scope;
        if (scope === this.#root) continue;
        if (variable.mutable && scope.identityAt < 0) {
          site.refused = `it captures "${variable.name}" where nothing can stand for its scope`;
        }
      }
    }
  }

  // The walk

  #visitAll(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (node?.type === "ExpressionStatement") this.#leading = node.start;
      this.#visit(node);
    }
  }

  #block(node: Node, statements: readonly Node[], identityAt: number): void {
    const scope = this.#newScope("block", node, this.#scope, identityAt);
    this.#hoist(statements, scope);
    this.#within(scope, () => this.#visitAll(statements));
  }

  #visit(node: Node): void {
    if (node === null || node === undefined) return;
    switch (node.type) {
      case "Identifier":
        return this.#refer(node, node.name);
      case "ThisExpression":
        return this.#refer(node, "this");
      case "MetaProperty":
        if (node.meta.name === "new") this.#refer(node, "new.target");
        else this.#metas.push(node);
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#function(node);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#class(node);
      case "VariableDeclaration":
        for (const declarator of node.declarations) this.#declarator(declarator, node.kind);
        return;
      case "BlockStatement":
        return this.#block(node, node.body, node.start + 1);
      case "SwitchStatement":
        return this.#switch(node);
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
        return this.#loop(node);
      case "CatchClause":
        return this.#catch(node);
      case "WithStatement":
        this.#refuseHere(IN_WITH);
        this.#visit(node.object);
        this.#withs++;
        this.#visit(node.body);
        this.#withs--;
        return;
      case "LabeledStatement":
        return this.#visit(node.body);
      case "BreakStatement":
      case "ContinueStatement":
      case "ImportDeclaration":
      case "ExportAllDeclaration":
        return;
      case "ExportNamedDeclaration":
        if (node.source === null) {
          for (const specifier of node.specifiers) {
            if (specifier.local.type === "Identifier") this.#refer(specifier.local, specifier.local.name);
          }
        }
        return this.#visit(node.declaration);
      case "ExportDefaultDeclaration":
        return this.#named("default", node.declaration);
      case "AssignmentExpression":
        return this.#assignment(node);
      case "AssignmentPattern":
        return this.#pattern(node, { write: true });
      case "UpdateExpression":
        this.#refuseSuper(node.argument);
        if (node.argument.type === "Identifier") {
          this.#refer(node.argument, node.argument.name, { write: true, read: true });
        } else this.#visit(node.argument);
        return;
      case "AwaitExpression":
        if (node.argument.type === "CallExpression") this.#awaited.push(callPosition(node.argument));
        return this.#visit(node.argument);
      case "MemberExpression":
        return this.#member(node);
      case "CallExpression":
        return this.#call(node);
      case "TaggedTemplateExpression":
        this.#refuseSuper(node.tag);
        if (node.tag.type === "Identifier") this.#refer(node.tag, node.tag.name, { callee: true });
        else this.#visit(node.tag);
        return this.#visit(node.quasi);
      case "NewExpression":
        this.#visit(node.callee);
        return this.#arguments(node);
      case "ArrayExpression":
        for (const element of node.elements) if (element !== null) this.#keeps(element);
        return this.#children(node);
      case "ObjectExpression":
        for (const property of node.properties) this.#property(property);
        return;
      case "PrivateIdentifier":
        this.#privateUses.push({ name: node.name, scope: this.#scope, site: this.#site });
        return;
      case "Super":
        return this.#refuseHere("it calls super", true);
    }
    this.#children(node);
  }

  #children(node: Node): void {
    for (const key in node) {
      if (key === "type" || key === "start" || key === "end") continue;
      const child = node[key];
      if (Array.isArray(child)) { for (const item of child) if (item?.type !== undefined) this.#visit(item); }
      else if (child !== null && typeof child === "object" && child.type !== undefined) this.#visit(child);
    }
  }

  /** Marks the sites around: members of the class (up to the class itself) may use it, others can't be re-created. */
  #refuseHere(why: string, ofClass = false): void {
    for (let site = this.#site; site !== null; site = site.parent) {
      if (ofClass && (site.kind === "class" || site.owner !== null)) return;
      site.refused ??= why;
    }
  }

  #call(node: Node): void {
    const { callee } = node;
    if (callee.type === "Identifier") {
      if (callee.name === "eval" && !node.optional) {
        this.#refuseHere("it calls eval, which may refer to anything");
      }
      this.#refer(callee, callee.name, { callee: true });
    } else {
      if (node.optional) this.#refuseSuper(callee);
      this.#callee = callee;
      this.#visit(callee);
    }
    this.#arguments(node);
  }

  #arguments(node: Node): void {
    if (!consumesIterators(node)) { for (const argument of node.arguments) this.#keeps(argument); }
    this.#visitAll(node.arguments);
  }

  /** Told of each expression whose value is stored or passed on. */
  #keeps(node: Node): void {
    const asked = iteratorAsked(node);
    if (asked === undefined) return;
    // What stands in parentheses has other ends than its text.
    const { object } = node.callee;
    if (object.start !== node.start || !/^\s*[.[]/.test(this.#source.slice(object.end, node.end))) return;
    this.#keptIterators.push({ node, asked, site: this.#site });
  }

  #member(node: Node): void {
    if (node.object.type === "Identifier") {
      const plain = !node.computed && node.property.type === "Identifier";
      this.#refer(node.object, node.object.name, plain ? { property: node.property.name } : {});
    } else if (node.object.type === "Super") this.#superMember(node);
    else this.#visit(node.object);
    if (node.computed || node.property.type === "PrivateIdentifier") this.#visit(node.property);
  }

  #property(node: Node): void {
    if (node.type === "SpreadElement") return this.#visit(node.argument);
    if (node.computed) this.#visit(node.key);
    if (node.method || node.kind !== "init") return this.#method(node, null);
    if (node.shorthand && node.value.type === "Identifier") {
      return this.#refer(node.value, node.value.name, { shorthand: true });
    }
    this.#stored(node.computed ? "" : keyName(node.key), node.value);
  }

  /** Visits an expression whose value is stored under `name`. */
  #stored(name: string, node: Node): void {
    this.#keeps(node);
    this.#named(name, node);
  }

  /** Visits an expression that gets `name` if it is an anonymous function or class. */
  #named(name: string, node: Node): void {
    this.#hint = isAnonymous(node) ? name : "";
    this.#visit(node);
    this.#hint = "";
  }

  #declarator(node: Node, kind: string): void {
    this.#pattern(node.id, { write: kind === "var" && node.init !== null, read: false }, kind !== "var");
    if (node.init === null) return;
    if (node.id.type === "Identifier") this.#stored(node.id.name, node.init);
    else this.#named("", node.init);
  }

  #assignment(node: Node): void {
    const compound = node.operator !== "=";
    this.#refuseSuper(node.left);
    if (node.left.type === "Identifier") {
      this.#refer(node.left, node.left.name, { write: true, read: compound });
    } else if (node.left.type === "MemberExpression") this.#visit(node.left);
    else this.#pattern(node.left, { write: true, read: false });
    const name = node.left.type === "Identifier" ? node.left.name : "";
    if (node.left.type === "ArrayPattern") this.#named(name, node.right);
    else this.#stored(name, node.right);
  }

  /** Visits a pattern. Declarations' own names are no references unless they write (`var x = 1`). */
  #pattern(node: Node, flags: Flags, declares = false): void {
    if (node === null) return;
    switch (node.type) {
      case "Identifier":
        if (!declares && (flags.write || flags.read)) this.#refer(node, node.name, flags);
        return;
      case "MemberExpression":
        this.#refuseSuper(node);
        return this.#visit(node);
      case "RestElement":
        return this.#pattern(node.argument, flags, declares);
      case "AssignmentPattern":
        this.#pattern(node.left, flags, declares);
        return this.#named(node.left.type === "Identifier" ? node.left.name : "", node.right);
      case "ArrayPattern":
        for (const element of node.elements) this.#pattern(element, flags, declares);
        return;
      case "ObjectPattern":
        for (const property of node.properties) this.#patternProperty(property, flags, declares);
    }
  }

  #patternProperty(property: Node, flags: Flags, declares: boolean): void {
    if (property.type === "RestElement") return this.#pattern(property.argument, flags, declares);
    if (property.computed) this.#visit(property.key);
    if (!property.shorthand || declares) return this.#pattern(property.value, flags, declares);
    const { value } = property;
    if (value.type !== "AssignmentPattern") {
      return this.#pattern(value, { ...flags, shorthand: true }, declares);
    }
    this.#pattern(value.left, { ...flags, shorthand: true }, declares);
    this.#named(value.left.name, value.right);
  }

  #loop(node: Node): void {
    const head = node.type === "ForStatement" ? node.init : node.left;
    const lexical = head?.type === "VariableDeclaration" && head.kind !== "var";
    const inBody = node.body.start + (node.body.type === "BlockStatement" ? 1 : 0);
    const scope = this.#newScope("loop", node, this.#scope, lexical ? inBody : -1);
    if (lexical) this.#hoist([head], scope);
    if (node.type === "ForStatement") {
      this.#within(scope, () => {
        this.#visit(head);
        this.#heads.push(scope);
        this.#visit(node.test);
        this.#visit(node.update);
        this.#heads.pop();
        this.#visit(node.body);
      });
      return;
    }
    this.#within(scope, () => {
      if (head.type === "VariableDeclaration") this.#loopBinding(head);
      else if (head.type === "Identifier") this.#refer(head, head.name, { write: true });
      else this.#pattern(head, { write: true });
    });
    this.#visit(node.right);
    this.#within(scope, () => this.#visit(node.body));
  }

  #loopBinding(head: Node): void {
    for (const declarator of head.declarations) {
      this.#pattern(declarator.id, { write: head.kind === "var" }, head.kind !== "var");
      this.#visit(declarator.init);
    }
  }

  #switch(node: Node): void {
    this.#visit(node.discriminant);
    const statements = node.cases.flatMap((clause: Node) => clause.consequent);
    const scope = this.#newScope("block", node, this.#scope, node.start);
    this.#hoist(statements, scope);
    this.#within(scope, () => {
      for (const clause of node.cases) {
        this.#visit(clause.test);
        this.#visitAll(clause.consequent);
      }
    });
  }

  #catch(node: Node): void {
    const scope = this.#newScope("block", node, this.#scope, node.body.start + 1);
    this.#within(scope, () => {
      if (node.param) {
        for (const name of boundNames(node.param)) this.#declare(name, "catch");
        this.#pattern(node.param, {}, true);
      }
      this.#visit(node.body);
    });
  }

  #newSite(kind: SiteKind, node: Node, range: { start: number; end: number }, extra: Partial<Site>): Site {
    const site: Site = {
      index: this.#sites.length,
      kind,
      node,
      start: range.start,
      end: range.end,
      parent: this.#site,
      outer: this.#scope,
      owner: null,
      isStatic: false,
      isAsync: node.async === true,
      isGenerator: node.generator === true,
      isStrict: this.#strict || kind === "class",
      isDeclaration: node.type === "FunctionDeclaration",
      name: node.id?.name ?? this.#hint,
      label: "",
      id: "",
      through: new Set(),
      globals: new Set(),
      refused: this.#withs > 0 ? IN_WITH : null,
      usesArguments: false,
      splitScopes: false,
      privates: [],
      keyed: [],
      computedKey: null,
      door: null,
      behind: [],
      staticSuper: false,
      ...extra,
    };
    this.#sites.push(site);
    this.#hint = "";
    return site;
  }

  #function(node: Node): void {
    const arrow = node.type === "ArrowFunctionExpression";
    this.#functionBody(this.#newSite(arrow ? "arrow" : "function", node, node, {}), node);
  }

  /** A method, getter or setter of an object literal (`owner` null) or a class. */
  #method(node: Node, owner: Site | null): void {
    const kind = METHOD_KINDS.get(node.kind) ?? "method";
    const start = owner !== null && node.static ? this.#afterStatic(node) : node.start;
    const key = node.computed
      ? ""
      : node.key.type === "PrivateIdentifier"
      ? `#${node.key.name}`
      : keyName(node.key);
    const name = kind === "getter" ? `get ${key}` : kind === "setter" ? `set ${key}` : key;
    const site = this.#newSite(kind, node.value, { start, end: node.end }, {
      owner,
      isStatic: node.static === true,
      name,
    });
    if (node.computed && !isFixedKey(node.key)) {
      if (owner === null) site.computedKey = node.key;
      else owner.keyed.push({ key: node.key, member: site });
    }
    this.#functionBody(site, node.value);
  }

  /** Start of a static member's text after the keyword, comments skipped as V8 does. */
  #afterStatic(node: Node): number {
    const rest = this.#source.slice(node.start, node.end);
    return node.start + /^static(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*/.exec(rest)![0].length;
  }

  #functionBody(site: Site, node: Node): void {
    const arrow = site.kind === "arrow";
    const strictBefore = this.#strict;
    const block = node.body.type === "BlockStatement";
    if (block && hasUseStrict(node.body.body)) this.#strict = true;
    const siteBefore = this.#site;
    this.#site = site;
    const heads = this.#heads;
    this.#heads = [];
    // The body of an arrow that is an expression is made a block if need be.
    const identityAt = block ? bodyStart(node.body) : node.body.start;
    const scope = this.#newScope("function", node, this.#scope, identityAt);
    this.#within(scope, () => {
      if (!arrow) { for (const name of ["this", "arguments", "new.target"]) this.#declare(name, "pseudo"); }
      if (node.type === "FunctionExpression" && node.id) this.#declare(node.id.name, "self");
      for (const param of node.params) for (const name of boundNames(param)) this.#declare(name, "param");
      const params = new Set(scope.variables.keys());
      if (block) this.#hoist(node.body.body, scope);
      const first = this.#references.length;
      for (const param of node.params) this.#pattern(param, {}, true);
      if (this.#references.length > first) {
        const again = block ? redeclared(node.body.body) : new Set<string>();
        const named = this.#references.slice(first);
        // What they mean isn't what the body declares.
        const isOuter = named.some(({ name }) => scope.variables.has(name) && !params.has(name));
        if (isOuter) site.refused ??= "its parameters refer to names that its body declares anew";
        site.splitScopes = isOuter || named.some(({ name }) => again.has(name));
      }
      if (block) this.#visitAll(node.body.body);
      else this.#visit(node.body);
    });
    this.#heads = heads;
    this.#site = siteBefore;
    this.#strict = strictBefore;
  }

  #class(node: Node): void {
    const strictBefore = this.#strict;
    this.#strict = true;
    const site = this.#newSite("class", node, node, {});
    const siteBefore = this.#site;
    this.#site = site;
    const scope = this.#newScope("class", node, this.#scope);
    if (node.id) this.#declare(node.id.name, "self", 0, scope);
    this.#within(scope, () => {
      this.#visit(node.superClass);
      for (const element of node.body.body) this.#classElement(element, site, scope);
    });
    this.#site = siteBefore;
    this.#strict = strictBefore;
  }

  #classElement(element: Node, site: Site, scope: Scope): void {
    if (element.type === "StaticBlock") {
      const inner = this.#newScope("initialiser", element, scope, element.body[0]?.start ?? -1);
      for (const name of ["this", "arguments", "new.target"]) this.#declare(name, "pseudo", 0, inner);
      this.#hoist(element.body, inner);
      return this.#within(inner, () => this.#visitAll(element.body));
    }
    if (element.key?.type === "PrivateIdentifier") {
      const kind = element.type === "PropertyDefinition"
        ? "field"
        : element.kind === "method"
        ? "method"
        : "accessor";
      site.privates.push({ name: element.key.name, isStatic: element.static, kind });
    }
    if (element.computed) this.#visit(element.key);
    if (
      element.type === "PropertyDefinition" && element.computed && !element.static && !isFixedKey(element.key)
    ) {
      if (waits(element.key)) site.refused ??= "the name of one of its fields is computed with a wait";
      site.keyed.push({ key: element.key, member: null });
    }
    if (element.type === "MethodDefinition") return this.#method(element, site);
    if (!element.value) return;
    const inner = this.#newScope("initialiser", element, scope);
    for (const name of ["this", "arguments", "new.target"]) this.#declare(name, "pseudo", 0, inner);
    const key = element.computed
      ? ""
      : element.key.type === "PrivateIdentifier"
      ? `#${element.key.name}`
      : keyName(element.key);
    this.#within(inner, () => this.#stored(key, element.value));
  }
}

/** Whether expressions stand in the scope before its body. */
function isHeaded({ kind, node }: Scope): boolean {
  return kind === "loop" || kind === "function" || node.type === "CatchClause";
}
