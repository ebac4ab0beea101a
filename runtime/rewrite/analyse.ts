import type {
  HomeLiteral,
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
  freePrefix,
  hasUseStrict,
  isAnonymous,
  isArrow,
  isFixedKey,
  keyName,
  waits,
} from "./syntax.ts";

const IN_WITH = "it stands in a with statement";

/** An object literal that is being visited. */
interface OpenLiteral {
  readonly node: Node;
  readonly scope: Scope;
  readonly site: Site | null;
  readonly repeated: Scope | null;
  /** Holds the object; null if nothing can, undefined until a method uses `super`. */
  home: Variable | null | undefined;
}

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
  readonly #homeLiterals: HomeLiteral[] = [];
  readonly #literals = new Map<Site, OpenLiteral>();
  readonly #prefix: string;
  readonly #keptIterators: KeptIterator[] = [];
  /** How many `with` statements are around. */
  #withs = 0;
  readonly #privateUses: { readonly name: string; readonly scope: Scope; readonly site: Site | null }[] = [];
  /** What function bodies declare whose parameters refer to something. */
  readonly #anew = new Map<Site, ReadonlySet<string>>();
  /** Bodies that are scopes beside those of their functions' parameters. */
  readonly #bodies = new Set<Scope>();
  /** The scope whose own code is being visited, where that may run more than once in it, or stands before its body. */
  #repeated: Scope | null = null;
  /** How properties of `super` are used, unless they are read. */
  readonly #superWays = new Map<Node, SuperUse["how"]>();
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
    this.#prefix = freePrefix(source);
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
      prefix: this.#prefix,
      program: this.#program,
      isModule: this.#isModule,
      root: this.#root,
      scopes: capturable,
      allScopes: this.#scopes,
      sites: this.#sites,
      awaited: this.#awaited,
      metas: this.#metas,
      superUses: this.#superUses,
      homeLiterals: this.#homeLiterals,
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
      homes: [],
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
    while (!this.#holdsVars(scope)) scope = scope.parent!;
    return scope;
  }

  #holdsVars(scope: Scope): boolean {
    return scope.kind === "function" || scope.kind === "root" || scope.kind === "initialiser" ||
      this.#bodies.has(scope);
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
    if (this.#holdsVars(scope)) {
      for (const statement of statements) this.#hoistVars(statement, scope);
    }
  }

  #hoistFunction(statement: Node, scope: Scope): void {
    const block = !this.#holdsVars(scope);
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

  /** `super.x`: methods of object literals, and closures inside methods, are made anew with what has that `super`. */
  #superMember(node: Node): void {
    let scope: Scope | null = this.#scope;
    while (
      scope !== null && (scope.kind !== "function" || isArrow(scope.node)) && scope.kind !== "initialiser"
    ) {
      scope = scope.parent;
    }
    const member = scope?.kind === "function" ? scope.site : null;
    const literal = member === null ? undefined : this.#literals.get(member);
    if (literal !== undefined) return this.#superOfLiteral(node, member!, literal);
    const owner = scope?.kind === "initialiser" ? scope.site : member?.owner;
    const from = this.#site;
    if (scope === null || !owner || from === member || from === owner) return;
    const isStatic = member?.isStatic ?? (scope.node.type === "StaticBlock" || scope.node.static === true);
    this.#refer({ start: node.start, end: node.start }, "this", { silent: true });
    const closures = this.#needDoor(from, owner);
    for (const site of closures) site.staticSuper = isStatic;
    this.#superUse(node, null, closures);
  }

  /** `this` was the last reference. */
  #superUse(node: Node, home: Variable | null, closures: ReadonlySet<Site>): void {
    const how = this.#superWays.get(node) ?? "read";
    this.#superUses.push({ node, how, self: this.#references.at(-1)!, home, closures });
  }

  #superOfLiteral(node: Node, member: Site, literal: OpenLiteral): void {
    const home = literal.home ??= this.#homeOf(literal);
    if (home === null) {
      for (let site = this.#site; site !== member.parent; site = site!.parent) {
        site!.refused ??= "it uses super of an object for which nothing can stand";
      }
      return;
    }
    const at = { start: node.start, end: node.start };
    this.#refer(at, home.name, { silent: true });
    this.#refer(at, "this", { silent: true });
    member.home = home;
    const closures = new Set<Site>();
    for (let site = this.#site!; site !== member; site = site.parent!) {
      if (site.kind !== "class") closures.add(site);
    }
    if (closures.size > 0) this.#superUse(node, home, closures);
  }

  /** What holds the object while its scope lives; null where one instance of the scope may make several. */
  #homeOf({ node, scope, site, repeated }: OpenLiteral): Variable | null {
    let around = scope;
    while (around.kind === "class" || around.kind === "loop" || around.node.type === "SwitchStatement") {
      around = around.parent!;
    }
    if (around.kind !== "root" && around.identityAt < 0) return null;
    for (let at = repeated; at !== null; at = at.parent) if (at === around) return null;
    const home = this.#declare(`${this.#prefix}h${this.#homeLiterals.length}`, "const", 0, around);
    this.#homeLiterals.push({ node, site, home });
    around.homes.push(home);
    return home;
  }

  /** Visits what may run more than once in this instance of the scope, or before its body. */
  #repeatedly(visit: () => void, scope = this.#scope): void {
    const before = this.#repeated;
    this.#repeated = scope;
    visit();
    this.#repeated = before;
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
    const fails = reference.write && (variable.kind === "const" || variable.kind === "import");
    if (fails) {
      for (let site = reference.site; site !== null; site = site.parent) {
        site.refused ??= `it assigns to the constant "${reference.name}"`;
      }
    }
    if (reference.name === "arguments" && reference.site !== null && variable.scope.site === reference.site) {
      reference.site.usesArguments = true;
    }
    if (reference.write && !fails && !reference.loopHead) variable.mutable = true;
    else if (reference.write && !fails) variable.writtenInHead = true;
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
        else this.#markHeaded(scope);
      }
    }
  }

  #markHeaded(scope: Scope): void {
    if (scope.kind === "loop" ? this.#namesIn(scope.node.right, scope) : this.#isFixed(scope)) {
      scope.identityAt = -1;
    }
    scope.headed = true;
  }

  /** Whether nothing can be put into a function's parameters. */
  #isFixed({ kind, node, site }: Scope): boolean {
    if (kind !== "function") return false;
    const last = node.params.at(-1);
    if (site!.kind !== "setter" && last.type !== "RestElement") return false;
    const rest = last.argument?.type;
    if (rest === "ArrayPattern" || (rest === "Identifier" && site!.isGenerator)) return true;
    return rest !== "ObjectPattern" && boundNames(last).some((name) => this.#anew.get(site!)?.has(name));
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
        if (node.argument.type === "Identifier") {
          this.#refer(node.argument, node.argument.name, { write: true, read: true });
        } else {
          this.#uses(node.argument, "write");
          this.#visit(node.argument);
        }
        return;
      case "AwaitExpression":
        if (node.argument.type === "CallExpression") this.#awaited.push(callPosition(node.argument));
        return this.#visit(node.argument);
      case "MemberExpression":
        return this.#member(node);
      case "CallExpression":
        return this.#call(node);
      case "TaggedTemplateExpression":
        if (node.tag.type === "Identifier") this.#refer(node.tag, node.tag.name, { callee: true });
        else {
          this.#uses(node.tag, "call");
          this.#visit(node.tag);
        }
        return this.#visit(node.quasi);
      case "NewExpression":
        this.#visit(node.callee);
        return this.#arguments(node);
      case "ArrayExpression":
        for (const element of node.elements) if (element !== null) this.#keeps(element);
        return this.#children(node);
      case "ObjectExpression":
        return this.#object(node);
      case "WhileStatement":
      case "DoWhileStatement":
        return this.#repeatedly(() => this.#children(node));
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
      this.#uses(callee, node.optional ? "ask" : "call");
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

  #object(node: Node): void {
    const literal = { node, scope: this.#scope, site: this.#site, repeated: this.#repeated, home: undefined };
    for (const property of node.properties) this.#property(property, literal);
  }

  #property(node: Node, literal: OpenLiteral): void {
    if (node.type === "SpreadElement") return this.#visit(node.argument);
    if (node.computed) this.#visit(node.key);
    if (node.method || node.kind !== "init") return this.#method(node, null, literal);
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
    if (node.left.type === "Identifier") {
      this.#refer(node.left, node.left.name, { write: true, read: compound });
    } else this.#pattern(node.left, { write: true, read: false });
    const name = node.left.type === "Identifier" ? node.left.name : "";
    if (node.left.type === "ArrayPattern") this.#named(name, node.right);
    else this.#stored(name, node.right);
  }

  #uses(node: Node, how: SuperUse["how"]): void {
    if (node.object?.type === "Super") this.#superWays.set(node, how);
  }

  /** Visits a pattern. Declarations' own names are no references unless they write (`var x = 1`). */
  #pattern(node: Node, flags: Flags, declares = false): void {
    if (node === null) return;
    switch (node.type) {
      case "Identifier":
        if (!declares && (flags.write || flags.read)) this.#refer(node, node.name, flags);
        return;
      case "MemberExpression":
        this.#uses(node, "write");
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
        this.#repeatedly(() => {
          this.#heads.push(scope);
          this.#visit(node.test);
          this.#visit(node.update);
          this.#heads.pop();
          this.#visit(node.body);
        });
      });
      return;
    }
    this.#within(scope, () =>
      this.#repeatedly(() => {
        if (head.type === "VariableDeclaration") this.#loopBinding(head);
        else if (head.type === "Identifier") this.#refer(head, head.name, { write: true });
        else this.#pattern(head, { write: true });
      }));
    this.#visit(node.right);
    this.#within(scope, () => this.#repeatedly(() => this.#visit(node.body)));
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
        this.#repeatedly(() => this.#pattern(node.param, {}, true));
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
      home: null,
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
  #method(node: Node, owner: Site | null, literal?: OpenLiteral): void {
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
    if (literal !== undefined) this.#literals.set(site, literal);
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
    const repeated = this.#repeated;
    this.#heads = [];
    this.#repeated = null;
    // The body of an arrow that is an expression is made a block if need be.
    const identityAt = block ? bodyStart(node.body) : node.body.start;
    const scope = this.#newScope("function", node, this.#scope, identityAt);
    this.#within(scope, () => {
      if (!arrow) { for (const name of ["this", "arguments", "new.target"]) this.#declare(name, "pseudo"); }
      if (node.type === "FunctionExpression" && node.id) this.#declare(node.id.name, "self");
      for (const param of node.params) for (const name of boundNames(param)) this.#declare(name, "param");
      const first = this.#references.length;
      this.#repeatedly(() => {
        for (const param of node.params) this.#pattern(param, {}, true);
      });
      if (!block) return this.#visit(node.body);
      this.#within(this.#bodyScope(site, scope, this.#references.slice(first)), () => {
        this.#visitAll(node.body.body);
      });
    });
    this.#repeated = repeated;
    this.#heads = heads;
    this.#site = siteBefore;
    this.#strict = strictBefore;
  }

  /** Declares what a function's body declares: beside its parameters, unless those refer to names that the body declares anew. */
  #bodyScope(site: Site, scope: Scope, named: readonly Reference[]): Scope {
    const { body } = scope.node;
    if (named.length > 0) {
      const own = this.#newScope("block", body, scope, scope.identityAt);
      this.#bodies.add(own);
      this.#hoist(body.body, own);
      this.#anew.set(site, new Set(own.variables.keys()));
      site.splitScopes = named.some(({ name }) => own.variables.has(name));
      if (site.splitScopes) return own;
      this.#bodies.delete(this.#scopes.pop()!);
    }
    this.#hoist(body.body, scope);
    return scope;
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
