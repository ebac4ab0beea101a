import type { KeptIterator, ModuleAnalysis, Node, Reference, Scope, Site } from "./model.ts";
import { consumesIterators, iteratorAsked } from "./kept_iterators.ts";
import { isMade } from "./constants.ts";
import { type MadeCall, madeCall, mayBeFunction } from "./made_code.ts";
import { nameSites } from "./names.ts";
import { type PrivateUse, resolve } from "./resolve.ts";
import { ScopeTree } from "./scope_tree.ts";
import { keyOf, SiteList } from "./site_list.ts";
import { type OpenLiteral, SuperUses } from "./super_uses.ts";
import {
  bodyStart,
  boundNames,
  callPosition,
  freePrefix,
  hasUseStrict,
  isAnonymous,
  isFixedKey,
  lastCall,
  propertyPath,
  waits,
} from "./syntax.ts";

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
  analyser.visitProgram(isMade(options.path));
  const analysis = analyser.finish();
  nameSites(analysis.sites, options.path);
  return analysis;
}

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
  readonly #tree: ScopeTree;
  readonly #supers: SuperUses;
  readonly #sites: SiteList;
  readonly #references: Reference[] = [];
  readonly #awaited: number[] = [];
  readonly #metas: Node[] = [];
  readonly #prefix: string;
  readonly #keptIterators: KeptIterator[] = [];
  readonly #madeCalls: MadeCall[] = [];
  /** In what `new` is said of, without parentheses: a call can't take its place. */
  #inNewCallee = false;
  /** Names of variables that may hold `Function`: what they hold is looked at when they are called. */
  readonly #constructorNames = new Set(["Function"]);
  readonly #privateUses: PrivateUse[] = [];
  /** What function bodies declare whose parameters refer to something. */
  readonly #anew = new Map<Site, ReadonlySet<string>>();
  /** The scope whose own code is being visited, where that may run more than once in it, or stands before its body. */
  #repeated: Scope | null = null;
  /** Loop scopes whose head (test, update) is being visited. */
  #heads: Scope[] = [];
  /** Where the last statement of a list starts that is an expression. */
  #leading = -1;
  constructor(source: string, program: Node, isModule: boolean) {
    this.#source = source;
    this.#program = program;
    this.#isModule = isModule;
    this.#prefix = freePrefix(source);
    this.#tree = new ScopeTree(program, isModule || hasUseStrict(program.body));
    this.#sites = new SiteList(source, this.#tree);
    this.#supers = new SuperUses(this.#tree, {
      prefix: this.#prefix,
      refer: ({ start }, name) => {
        this.#refer({ start, end: start }, name, { silent: true });
        return this.#references.at(-1)!;
      },
    });
  }

  visitProgram(isMade: boolean): void {
    if (!this.#isModule && !isMade) {
      for (const name of ["exports", "require", "module", "__filename", "__dirname"]) {
        this.#tree.declare(name, "param");
      }
      this.#tree.declare("this", "pseudo");
      this.#tree.declare("arguments", "pseudo");
    }
    this.#tree.hoist(this.#program.body, this.#tree.root);
    this.#visitAll(this.#program.body);
  }

  finish(): ModuleAnalysis {
    const { root, all: allScopes } = this.#tree;
    const scopes = resolve({
      program: this.#program,
      isModule: this.#isModule,
      root,
      scopes: allScopes,
      sites: this.#sites.all,
      references: this.#references,
      privateUses: this.#privateUses,
      anew: this.#anew,
    });
    return {
      source: this.#source,
      prefix: this.#prefix,
      program: this.#program,
      isModule: this.#isModule,
      root,
      scopes,
      allScopes,
      sites: this.#sites.all,
      awaited: this.#awaited,
      last: lastCall(this.#program),
      metas: this.#metas,
      superUses: this.#supers.uses,
      homeLiterals: this.#supers.homeLiterals,
      keptIterators: this.#keptIterators.filter((kept) => kept.asked < 3 || this.#namesGlobal(kept)),
      madeCalls: this.#madeCalls,
      references: this.#references.sort((a, b) => a.start - b.start),
    };
  }

  /** Whether `Symbol` is the language's. */
  #namesGlobal({ node: { callee } }: KeptIterator): boolean {
    const { start } = callee.property.object;
    return this.#references.some((reference) => reference.start === start && reference.variable === null);
  }

  #refer(node: { start: number; end: number }, name: string, flags: Flags = {}): void {
    const write = flags.write === true;
    this.#references.push({
      start: node.start,
      end: node.end,
      name,
      scope: this.#tree.scope,
      site: this.#tree.site,
      write,
      read: flags.read ?? !write,
      shorthand: flags.shorthand === true,
      callee: flags.callee === true,
      leads: node.start === this.#leading,
      loopHead: this.#heads.some((head) => head.variables.has(name)),
      silent: flags.silent === true,
      inWith: this.#sites.isInWith,
      variable: null,
      property: flags.property,
    });
  }

  /** Visits what may run more than once in this instance of the scope, or before its body. */
  #repeatedly(visit: () => void, scope = this.#tree.scope): void {
    const before = this.#repeated;
    this.#repeated = scope;
    visit();
    this.#repeated = before;
  }

  #visitAll(nodes: readonly Node[]): void {
    for (const node of nodes) {
      if (node?.type === "ExpressionStatement") this.#leading = node.start;
      this.#visit(node);
    }
  }

  #block(node: Node, statements: readonly Node[], identityAt: number): void {
    const scope = this.#tree.newScope("block", node, this.#tree.scope, identityAt);
    this.#tree.hoist(statements, scope);
    this.#tree.within(scope, () => this.#visitAll(statements));
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
        this.#visit(node.object);
        return this.#sites.inWith(() => this.#visit(node.body));
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
          this.#supers.noteWay(node.argument, "write");
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
          this.#supers.noteWay(node.tag, "call");
          this.#visit(node.tag);
        }
        return this.#visit(node.quasi);
      case "NewExpression":
        this.#makes(node);
        this.#inNewCallee = !this.#source.slice(node.start, node.callee.start).includes("(");
        this.#visit(node.callee);
        this.#inNewCallee = false;
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
        this.#privateUses.push({ name: node.name, scope: this.#tree.scope, site: this.#tree.site });
        return;
      case "Super":
        return this.#sites.refuseHere("it calls super", true);
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

  /** Notes a call that may make a function of texts. */
  #makes(node: Node): void {
    const call = this.#inNewCallee ? undefined : madeCall(node, this.#source, this.#constructorNames);
    if (call !== undefined) this.#madeCalls.push({ ...call, site: this.#tree.site });
  }

  #call(node: Node): void {
    this.#makes(node);
    const { callee } = node;
    if (callee.type === "Identifier") {
      if (callee.name === "eval" && !node.optional) {
        this.#sites.refuseHere("it calls eval, which may refer to anything");
      }
      this.#refer(callee, callee.name, { callee: true });
    } else {
      this.#supers.noteWay(callee, node.optional ? "ask" : "call");
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
    this.#keptIterators.push({ node, asked, site: this.#tree.site });
  }

  #member(node: Node): void {
    if (node.object.type === "Identifier") {
      const plain = !node.computed && node.property.type === "Identifier";
      this.#refer(node.object, node.object.name, plain ? { property: node.property.name } : {});
    } else if (node.object.type === "Super") this.#supers.visit(node);
    else this.#visit(node.object);
    if (node.computed || node.property.type === "PrivateIdentifier") this.#visit(node.property);
  }

  #object(node: Node): void {
    const literal = {
      node,
      scope: this.#tree.scope,
      site: this.#tree.site,
      repeated: this.#repeated,
      home: undefined,
    };
    for (const property of node.properties) this.#property(property, literal);
  }

  #property(node: Node, literal: OpenLiteral): void {
    if (node.type === "SpreadElement") return this.#visit(node.argument);
    if (node.computed) this.#visit(node.key);
    if (node.method || node.kind !== "init") return this.#method(node, null, literal);
    if (node.shorthand && node.value.type === "Identifier") {
      return this.#refer(node.value, node.value.name, { shorthand: true });
    }
    this.#stored(keyOf(node), node.value);
  }

  /** Visits an expression whose value is stored under `name`. */
  #stored(name: string, node: Node, place = ""): void {
    this.#keeps(node);
    this.#named(name, node, place);
  }

  /** Visits an expression that gets `name`, or is told by `place`, if it is an anonymous function or class. */
  #named(name: string, node: Node, place = ""): void {
    const anonymous = isAnonymous(node);
    this.#sites.hint = anonymous ? name : "";
    this.#sites.place = anonymous ? place : "";
    this.#visit(node);
    this.#sites.hint = "";
    this.#sites.place = "";
  }

  #declarator(node: Node, kind: string): void {
    this.#pattern(node.id, { write: kind === "var" && node.init !== null, read: false }, kind !== "var");
    if (node.init === null) return;
    if (mayBeFunction(node.init)) this.#constructorNames.add(node.id.name);
    if (node.id.type === "Identifier") this.#stored(node.id.name, node.init);
    else this.#named("", node.init);
  }

  #assignment(node: Node): void {
    const compound = node.operator !== "=";
    if (node.left.type === "Identifier") {
      this.#refer(node.left, node.left.name, { write: true, read: compound });
    } else this.#pattern(node.left, { write: true, read: false });
    const name = node.left.type === "Identifier" ? node.left.name : "";
    if (mayBeFunction(node.right)) this.#constructorNames.add(name);
    this.#sites.shown.note(node, this.#tree.site);
    if (node.left.type === "ArrayPattern") this.#named(name, node.right);
    else this.#stored(name, node.right, propertyPath(node.left));
  }

  /** Visits a pattern. Declarations' own names are no references unless they write (`var x = 1`). */
  #pattern(node: Node, flags: Flags, declares = false): void {
    if (node === null) return;
    switch (node.type) {
      case "Identifier":
        if (!declares && (flags.write || flags.read)) this.#refer(node, node.name, flags);
        return;
      case "MemberExpression":
        this.#supers.noteWay(node, "write");
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
    const scope = this.#tree.newScope("loop", node, this.#tree.scope, lexical ? inBody : -1);
    if (lexical) this.#tree.hoist([head], scope);
    if (node.type === "ForStatement") {
      this.#tree.within(scope, () => {
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
    this.#tree.within(scope, () =>
      this.#repeatedly(() => {
        if (head.type === "VariableDeclaration") this.#loopBinding(head);
        else if (head.type === "Identifier") this.#refer(head, head.name, { write: true });
        else this.#pattern(head, { write: true });
      }));
    this.#visit(node.right);
    this.#tree.within(scope, () => this.#repeatedly(() => this.#visit(node.body)));
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
    const scope = this.#tree.newScope("block", node, this.#tree.scope, node.start);
    this.#tree.hoist(statements, scope);
    this.#tree.within(scope, () => {
      for (const clause of node.cases) {
        this.#visit(clause.test);
        this.#visitAll(clause.consequent);
      }
    });
  }

  #catch(node: Node): void {
    const scope = this.#tree.newScope("block", node, this.#tree.scope, node.body.start + 1);
    this.#tree.within(scope, () => {
      if (node.param) {
        for (const name of boundNames(node.param)) this.#tree.declare(name, "catch");
        this.#repeatedly(() => this.#pattern(node.param, {}, true));
      }
      this.#visit(node.body);
    });
  }

  #function(node: Node): void {
    const arrow = node.type === "ArrowFunctionExpression";
    this.#functionBody(this.#sites.add(arrow ? "arrow" : "function", node), node);
  }

  #method(node: Node, owner: Site | null, literal?: OpenLiteral): void {
    const site = this.#sites.addMethod(node, owner);
    if (literal !== undefined) this.#supers.addMethod(site, literal);
    this.#functionBody(site, node.value);
  }

  #functionBody(site: Site, node: Node): void {
    const arrow = site.kind === "arrow";
    const strictBefore = this.#tree.strict;
    const block = node.body.type === "BlockStatement";
    if (block && hasUseStrict(node.body.body)) this.#tree.strict = true;
    const siteBefore = this.#tree.site;
    this.#tree.site = site;
    const heads = this.#heads;
    const repeated = this.#repeated;
    this.#heads = [];
    this.#repeated = null;
    // The body of an arrow that is an expression is made a block if need be.
    const identityAt = block ? bodyStart(node.body) : node.body.start;
    const scope = this.#tree.newScope("function", node, this.#tree.scope, identityAt);
    this.#tree.within(scope, () => {
      if (!arrow) {
        for (const name of ["this", "arguments", "new.target"]) this.#tree.declare(name, "pseudo");
      }
      if (node.type === "FunctionExpression" && node.id) this.#tree.declare(node.id.name, "self");
      for (const param of node.params) {
        for (const name of boundNames(param)) this.#tree.declare(name, "param");
      }
      const first = this.#references.length;
      this.#repeatedly(() => {
        for (const param of node.params) this.#pattern(param, {}, true);
      });
      if (!block) return this.#visit(node.body);
      this.#tree.within(this.#bodyScope(site, scope, this.#references.slice(first)), () => {
        this.#visitAll(node.body.body);
      });
    });
    this.#repeated = repeated;
    this.#heads = heads;
    this.#tree.site = siteBefore;
    this.#tree.strict = strictBefore;
  }

  /** Declares what a function's body declares: beside its parameters, unless those refer to names that the body declares anew. */
  #bodyScope(site: Site, scope: Scope, named: readonly Reference[]): Scope {
    const { body } = scope.node;
    if (named.length > 0) {
      const own = this.#tree.newBody(body, scope);
      this.#tree.hoist(body.body, own);
      this.#anew.set(site, new Set(own.variables.keys()));
      site.splitScopes = named.some(({ name }) => own.variables.has(name));
      if (site.splitScopes) return own;
      this.#tree.forget();
    }
    this.#tree.hoist(body.body, scope);
    return scope;
  }

  #class(node: Node): void {
    const strictBefore = this.#tree.strict;
    this.#tree.strict = true;
    const site = this.#sites.add("class", node);
    const siteBefore = this.#tree.site;
    this.#tree.site = site;
    const scope = this.#tree.newScope("class", node, this.#tree.scope);
    if (node.id) this.#tree.declare(node.id.name, "self", 0, scope);
    this.#tree.within(scope, () => {
      this.#visit(node.superClass);
      for (const element of node.body.body) this.#classElement(element, site, scope);
    });
    this.#tree.site = siteBefore;
    this.#tree.strict = strictBefore;
  }

  #classElement(element: Node, site: Site, scope: Scope): void {
    if (element.type === "StaticBlock") {
      const inner = this.#tree.newScope("initialiser", element, scope, element.body[0]?.start ?? -1);
      for (const name of ["this", "arguments", "new.target"]) this.#tree.declare(name, "pseudo", 0, inner);
      this.#tree.hoist(element.body, inner);
      return this.#tree.within(inner, () => this.#visitAll(element.body));
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
    const inner = this.#tree.newScope("initialiser", element, scope);
    for (const name of ["this", "arguments", "new.target"]) this.#tree.declare(name, "pseudo", 0, inner);
    this.#tree.within(inner, () => this.#stored(keyOf(element), element.value));
  }
}
