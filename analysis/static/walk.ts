import { methodId } from "../../runtime/mod.ts";
import { linkCall, linkCallbacks } from "./call_links.ts";
import { CALLS_BACK } from "./constants.ts";
import { Labels } from "./labels.ts";
import { ModuleLinks } from "./module_links.ts";
import type { Program } from "./program.ts";
import { boundNames, keyOf, type Node, Scope, type Variable } from "./scope.ts";
import { LineIndex, type SourceModule } from "./source_module.ts";
import type { Token } from "./values.ts";

const GLOBAL_OBJECTS = new Set(["globalThis", "self", "window", "global"]);

/** Where the walk stands. */
interface Place {
  readonly method: number;
  readonly scope: Scope;
  /** Label of the class whose members are walked. */
  readonly owner: string | undefined;
  /** Label that methods found here are named under. */
  readonly label: string;
}

/** Walks one parsed module and tells the program what its methods are, what they call and where values may flow. */
export class ModuleWalk {
  readonly #program: Program;
  readonly #module: SourceModule;
  readonly #lines: LineIndex;
  readonly #links: ModuleLinks;
  readonly #labels = new Labels();
  #at: Place;
  /** Name that an anonymous function or class gets here. */
  #hint = "";
  #super: number | undefined;

  constructor(program: Program, module: SourceModule) {
    this.#program = program;
    this.#module = module;
    this.#lines = new LineIndex(module.text);
    this.#links = new ModuleLinks(program, module);
    const scope = new Scope(null, "module", program.graph.vertex);
    const main = this.#method({ start: 0, end: module.text.length }, "<main>", -1);
    this.#at = { method: main, scope, owner: undefined, label: "" };
  }

  /** Walks the whole module. */
  run(body: readonly Node[]): void {
    const { scope } = this.#at;
    if (this.#module.kind === "script") {
      for (const name of ["exports", "module"]) {
        scope.declare(name, false);
      }
    }
    scope.hoist(body);
    this.#all(body);
  }

  #all(nodes: readonly Node[]): void {
    for (const node of nodes) this.#value(node);
  }

  #within<T>(place: Partial<Place>, body: () => T): T {
    const before = this.#at;
    this.#at = { ...before, ...place };
    const result = body();
    this.#at = before;
    return result;
  }

  #property(name: string): number {
    return this.#program.graph.named(`property ${name}`);
  }

  #held(token: Token): number {
    const vertex = this.#program.graph.vertex();
    this.#program.graph.hold(vertex, token);
    return vertex;
  }

  /** Walks a node; the vertex of its value if it can hold a method, a namespace or something of the host. */
  #value(node: Node): number | undefined {
    if (node === null || node === undefined) return undefined;
    const { graph } = this.#program;
    switch (node.type) {
      case "Identifier":
        return this.#read(node);
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#function(node);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#class(node);
      case "VariableDeclaration":
        for (const { id, init } of node.declarations) {
          if (init) this.#bind(id, this.#named(id.type === "Identifier" ? id.name : "", init));
          else this.#bind(id, undefined);
        }
        return undefined;
      case "AssignmentExpression":
        return this.#assign(node);
      case "MemberExpression":
        return this.#member(node);
      case "CallExpression":
      case "NewExpression":
        return this.#call(node);
      case "ImportExpression":
        this.#value(node.source);
        return this.#links.dynamicImport(node);
      case "ObjectExpression":
        for (const property of node.properties) this.#objectProperty(property);
        return undefined;
      case "ArrayExpression":
        for (const element of node.elements) graph.flow(this.#value(element), this.#property("[]"));
        return undefined;
      case "ConditionalExpression":
        this.#value(node.test);
        return this.#either(node.consequent, node.alternate);
      case "LogicalExpression":
        return this.#either(node.left, node.right);
      case "SequenceExpression":
        return node.expressions.map((part: Node) => this.#value(part)).at(-1);
      case "AwaitExpression":
      case "YieldExpression":
      case "SpreadElement":
        return this.#value(node.argument);
      case "ChainExpression":
      case "ParenthesizedExpression":
        return this.#value(node.expression);
      case "ReturnStatement":
        graph.flow(this.#value(node.argument), this.#program.results[this.#at.method]);
        return undefined;
      case "BlockStatement":
      case "StaticBlock":
        return this.#block(node.body, () => this.#all(node.body));
      case "SwitchStatement":
        this.#value(node.discriminant);
        return this.#block(node.cases.flatMap((c: Node) => c.consequent), () => this.#all(node.cases));
      case "ForStatement":
        return this.#block([node.init], () => this.#all([node.init, node.test, node.update, node.body]));
      case "ForOfStatement":
      case "ForInStatement":
        return this.#block([node.left], () => this.#forOf(node));
      case "CatchClause":
        return this.#block([], () => {
          for (const name of boundNames(node.param)) this.#at.scope.declare(name, false);
          this.#value(node.body);
        });
      case "WithStatement":
        this.#program.opaque.add(this.#at.method);
        break;
      case "ImportDeclaration":
        this.#links.importDeclaration(node, this.#at.scope);
        return undefined;
      case "ExportNamedDeclaration":
        this.#value(node.declaration);
        this.#links.exportNamed(node, this.#at.scope);
        return undefined;
      case "ExportDefaultDeclaration":
        this.#links.exportDefault(this.#named("default", node.declaration));
        return undefined;
      case "ExportAllDeclaration":
        this.#links.exportAll(node);
        return undefined;
      case "BreakStatement":
      case "ContinueStatement":
        return undefined;
      case "LabeledStatement":
        return this.#value(node.body);
      case "MetaProperty":
        return undefined;
    }
    for (const key in node) {
      const child = node[key];
      if (Array.isArray(child)) { for (const item of child) if (item?.type !== undefined) this.#value(item); }
      else if (child !== null && typeof child === "object" && child.type !== undefined) this.#value(child);
    }
    return undefined;
  }

  #either(a: Node, b: Node): number {
    const vertex = this.#program.graph.vertex();
    this.#program.graph.flow(this.#value(a), vertex);
    this.#program.graph.flow(this.#value(b), vertex);
    return vertex;
  }

  #block(statements: readonly Node[], body: () => void): undefined {
    const scope = new Scope(this.#at.scope, "block", this.#program.graph.vertex);
    scope.hoist(statements.filter((statement) => statement !== null));
    this.#within({ scope }, body);
    return undefined;
  }

  #forOf(node: Node): void {
    this.#value(node.right);
    const left = node.left.type === "VariableDeclaration" ? node.left.declarations[0].id : node.left;
    this.#bind(left, node.type === "ForOfStatement" ? this.#property("[]") : undefined);
    this.#value(node.body);
  }

  /** Walks a value that gets `name` if it is an anonymous function or class. */
  #named(name: string, node: Node): number | undefined {
    this.#hint = /^(Arrow)?Function|^Class/.test(node.type) && !node.id ? name : "";
    const vertex = this.#value(node);
    this.#hint = "";
    return vertex;
  }

  // Names

  #read(node: Node): number | undefined {
    const variable = this.#at.scope.find(node.name);
    if (variable === undefined) return node.name === "undefined" ? undefined : this.#host(node.name, node);
    this.#touch(variable, "reads");
    return variable.vertex;
  }

  #touch(variable: Variable, how: "reads" | "writes"): void {
    if (variable.top && this.#at.method > 0) {
      this.#program.access[this.#at.method]![how].add(`${this.#module.path}#${variable.name}`);
    }
  }

  /** Something of the host, by its path; using it is noted. */
  #host(path: string, node: Node): number | undefined {
    if (!this.#program.table.hasParts(path)) {
      this.#program.use(this.#at.method, { path, line: this.#lines.at(node.start).line, certain: true });
    }
    if (!this.#program.table.has(path)) return undefined;
    const vertex = this.#program.graph.named(`host ${path}`);
    this.#program.graph.hold(vertex, { kind: "host", path });
    return vertex;
  }

  /** The host path of `a.b.c` where `a` is no variable of the module. */
  #hostPath(node: Node): string | undefined {
    if (node.type === "Identifier") {
      return this.#at.scope.find(node.name) === undefined && node.name !== "undefined"
        ? node.name
        : undefined;
    }
    if (node.type === "ChainExpression") return this.#hostPath(node.expression);
    if (node.type !== "MemberExpression") return undefined;
    const name = keyOf(node);
    const object = name === undefined ? undefined : this.#hostPath(node.object);
    if (object === undefined) return undefined;
    return GLOBAL_OBJECTS.has(object) ? name : `${object}.${name}`;
  }

  #bind(pattern: Node, from: number | undefined): void {
    const { graph } = this.#program;
    switch (pattern?.type) {
      case "Identifier": {
        const variable = this.#at.scope.find(pattern.name);
        if (variable === undefined) return;
        this.#touch(variable, "writes");
        return graph.flow(from, variable.vertex);
      }
      case "MemberExpression":
        return this.#assignMember(pattern, from);
      case "AssignmentPattern": {
        const vertex = graph.vertex();
        graph.flow(from, vertex);
        graph.flow(
          this.#named(pattern.left.type === "Identifier" ? pattern.left.name : "", pattern.right),
          vertex,
        );
        return this.#bind(pattern.left, vertex);
      }
      case "RestElement":
        return this.#bind(pattern.argument, undefined);
      case "ArrayPattern":
        for (const element of pattern.elements) this.#bind(element, this.#property("[]"));
        return;
      case "ObjectPattern":
        for (const property of pattern.properties) {
          if (property.type === "RestElement") this.#bind(property.argument, from);
          else {
            if (property.computed) this.#value(property.key);
            this.#bind(property.value, this.#select(from, keyOf(property), { node: property }));
          }
        }
    }
  }

  #assign(node: Node): number | undefined {
    const { left, right, operator } = node;
    const value = this.#named(left.type === "Identifier" ? left.name : "", right);
    if (operator !== "=") this.#value(left);
    if (operator !== "=" && !/^(\|\||&&|\?\?)=$/.test(operator)) {
      this.#bind(left, undefined);
      return undefined;
    }
    this.#bind(left, value);
    if (this.#module.kind === "script" && left.type === "MemberExpression") {
      this.#links.commonExport(left, value);
    }
    return value;
  }

  #assignMember(node: Node, from: number | undefined): void {
    const path = this.#hostPath(node);
    if (path !== undefined) this.#host(path, node);
    else this.#value(node.object);
    const name = keyOf(node);
    if (node.computed) this.#value(node.property);
    this.#program.graph.flow(from, this.#property(name ?? "[]"));
    if (name !== undefined) this.#accessor("set", name);
  }

  // Properties

  #member(node: Node): number | undefined {
    const path = this.#hostPath(node);
    if (path !== undefined) return this.#host(path, node);
    if (node.object.type === "Super") return this.#property(keyOf(node) ?? "[]");
    const object = this.#value(node.object);
    if (node.computed) this.#value(node.property);
    return this.#select(object, keyOf(node), { node });
  }

  /** The vertex of property `name` of what `object` may hold. */
  #select(object: number | undefined, name: string | undefined, { node }: { node: Node }): number {
    const { graph } = this.#program;
    const result = graph.vertex();
    graph.flow(this.#property(name ?? "[]"), result);
    if (name === undefined) return result;
    this.#accessor("get", name);
    const { method } = this.#at;
    const line = this.#lines.at(node.start).line;
    if (object !== undefined) {
      graph.watch(object, (token) => {
        if (token.kind === "host") {
          const path = this.#program.table.derive(token.path, `.${name}`);
          // Reading a part touches host state; what else it means is seen when it is called.
          const is = path === undefined ? undefined : this.#program.table.classify(path)?.is;
          if (is?.startsWith("family:")) this.#program.use(method, { path: path!, line, certain: false });
          if (path !== undefined) graph.hold(result, { kind: "host", path });
        } else if (token.kind === "namespace") graph.flow(graph.named(`export ${token.url} ${name}`), result);
      });
    }
    return result;
  }

  /** Reading or writing a property may call an accessor of that name. */
  #accessor(kind: "get" | "set", name: string): void {
    const caller = this.#at.method;
    this.#program.graph.watch(this.#program.graph.named(`${kind} ${name}`), (token) => {
      if (token.kind === "method") this.#program.call(caller, token.index, false);
    });
  }

  #objectProperty(property: Node): void {
    if (property.type === "SpreadElement") {
      this.#value(property.argument);
      return;
    }
    const { graph } = this.#program;
    const name = keyOf(property);
    if (property.computed) this.#value(property.key);
    if (property.kind !== "init") {
      this.#hint = `${property.kind} ${property.computed ? "" : name ?? ""}`;
      const accessor = this.#function(property.value);
      return graph.flow(accessor, graph.named(`${property.kind} ${name ?? "[]"}`));
    }
    // A computed name, even a literal one, is not part of the id.
    const hint = property.computed ? "" : name ?? "";
    graph.flow(this.#named(hint, property.value), this.#property(name ?? "[]"));
  }

  // Calls

  #call(node: Node): number | undefined {
    const { graph } = this.#program;
    const { callee } = node;
    const required = this.#links.required(node);
    if (required !== undefined) return required;
    // The callee comes first, as in the source: the order gives anonymous methods their ordinals.
    const values = (): (number | undefined)[] =>
      node.arguments.map((argument: Node) => this.#value(argument));
    const result = graph.vertex();
    if (callee.type === "Super") {
      const given = values();
      if (this.#super !== undefined) this.#invoke(this.#super, { given, result, certain: true, node });
      return undefined;
    }
    const name = callee.type === "MemberExpression" ? keyOf(callee) : undefined;
    if (name !== undefined && /^(call|apply|bind)$/.test(name) && this.#hostPath(callee) === undefined) {
      return this.#indirect(node, { name, values, result });
    }
    const target = this.#value(callee);
    const given = values();
    if (name !== undefined && CALLS_BACK.has(name)) linkCallbacks(this.#program, this.#at.method, given);
    if (name === "push" || name === "unshift" || name === "add" || name === "set") {
      for (const value of given) graph.flow(value, this.#property("[]"));
    }
    const certain = callee.type === "Identifier" && this.#at.scope.find(callee.name)?.fixed === true ||
      /^(Arrow)?FunctionExpression$/.test(callee.type);
    const own = callee.type === "MemberExpression" && callee.object.type === "ThisExpression";
    if (target !== undefined) this.#invoke(target, { given, result, certain, node, own });
    return result;
  }

  /** `f.call(x, …)`, `f.apply(x, …)` and `f.bind(x)` reach what `f` may hold. */
  #indirect(
    node: Node,
    { name, values, result }: { name: string; values: () => (number | undefined)[]; result: number },
  ): number {
    const target = this.#value(node.callee.object);
    const given = values();
    if (name === "bind") this.#program.graph.flow(target, result);
    else if (target !== undefined) {
      const passed = name === "call" ? given.slice(1) : [];
      this.#invoke(target, { given: passed, result, certain: false, node });
    }
    return result;
  }

  #invoke(
    target: number,
    { given, result, certain, node, own = false }: {
      given: readonly (number | undefined)[];
      result: number;
      certain: boolean;
      node: Node;
      own?: boolean;
    },
  ): void {
    const { method, owner, scope } = this.#at;
    const object = node.callee?.type === "MemberExpression" ? node.callee.object : undefined;
    const certainHost = certain || isRequire(object) ||
      (object?.type === "Identifier" && scope.find(object.name)?.fixed === true);
    linkCall(this.#program, target, {
      caller: method,
      line: this.#lines.at(node.start).line,
      given,
      result,
      certain,
      certainHost,
      ...(own && owner !== undefined ? { own: { owner, url: this.#module.url } } : {}),
    });
  }

  // Methods and classes

  #method(
    node: Node,
    label: string,
    outer = this.#at.method,
    owner: string | undefined = undefined,
  ): number {
    return this.#program.add({
      id: methodId(`${this.#module.path}#${label}`),
      url: this.#module.url,
      start: node.start,
      end: node.end,
      ...this.#lines.at(node.start),
      isAsync: node.async === true,
      isGenerator: node.generator === true,
      isImplicit: /^Class/.test(node.type ?? ""),
      outer,
      owner,
    });
  }

  #function(node: Node, { owner }: { owner?: string } = {}): number {
    const label = this.#labels.next(this.#at.label, node.id?.name ?? this.#hint);
    this.#hint = "";
    const method = this.#method(node, label, this.#at.method, owner);
    const token = this.#held({ kind: "method", index: method });
    if (node.type === "FunctionDeclaration" && node.id) {
      this.#program.graph.flow(token, this.#at.scope.find(node.id.name)?.vertex);
    }
    const scope = new Scope(this.#at.scope, "function", this.#program.graph.vertex);
    if (node.type === "FunctionExpression" && node.id) {
      this.#program.graph.flow(token, scope.declare(node.id.name, true).vertex);
    }
    for (const parameter of node.params) for (const name of boundNames(parameter)) scope.declare(name, false);
    if (node.type !== "ArrowFunctionExpression") scope.declare("arguments", false);
    const inner = owner ?? (node.type === "ArrowFunctionExpression" ? this.#at.owner : undefined);
    this.#within({ method, scope, label, owner: inner }, () => this.#functionBody(node, method));
    return token;
  }

  #functionBody(node: Node, method: number): void {
    for (const [i, parameter] of node.params.entries()) {
      if (parameter.type !== "RestElement") this.#bind(parameter, this.#program.parameter(method, i));
      else this.#bind(parameter.argument, this.#program.parameter(method, i));
    }
    if (node.body.type === "BlockStatement") {
      this.#at.scope.hoist(node.body.body);
      this.#all(node.body.body);
    } else this.#program.graph.flow(this.#value(node.body), this.#program.results[method]);
  }

  #class(node: Node): number {
    const { graph } = this.#program;
    const label = this.#labels.next(this.#at.label, node.id?.name ?? this.#hint);
    this.#hint = "";
    const heritage = this.#value(node.superClass);
    const scope = new Scope(this.#at.scope, "block", graph.vertex);
    const self = graph.vertex();
    if (node.id) graph.flow(self, scope.declare(node.id.name, true).vertex);
    if (node.type === "ClassDeclaration" && node.id) {
      graph.flow(self, this.#at.scope.find(node.id.name)?.vertex);
    }
    const before = this.#super;
    this.#super = heritage;
    this.#within({ scope, label, owner: label }, () => this.#classBody(node, self));
    this.#super = before;
    return self;
  }

  #classBody(node: Node, self: number): void {
    const { graph } = this.#program;
    const own = node.body.body.find((member: Node) => member.kind === "constructor");
    let constructor: number | undefined;
    if (own === undefined) {
      // What initialisers do, whoever says `new` does; a class without constructor runs its parent's.
      constructor = this.#method(node, this.#at.label, this.#at.method, this.#at.owner);
      graph.hold(self, { kind: "method", index: constructor });
      const parent = this.#super;
      if (parent !== undefined) {
        const result = graph.vertex();
        this.#within(
          { method: constructor },
          () => this.#invoke(parent, { given: [], result, certain: true, node }),
        );
      }
    }
    for (const member of node.body.body) {
      if (member.type === "MethodDefinition") this.#classMember(member, self);
      else if (member.type === "StaticBlock" || member.static) this.#field(member);
      else this.#within({ method: constructor ?? this.#at.method }, () => this.#field(member));
    }
  }

  #classMember(member: Node, self: number): void {
    const { graph } = this.#program;
    const name = keyOf(member);
    if (member.computed) this.#value(member.key);
    const accessor = member.kind === "get" || member.kind === "set" ? `${member.kind} ` : "";
    const label = accessor + (member.computed ? "" : name ?? "");
    this.#hint = label !== "" && member.static ? `static ${label}` : label;
    const token = this.#function(member.value, { owner: this.#at.label });
    if (member.kind === "constructor") graph.flow(token, self);
    else if (accessor !== "") graph.flow(token, graph.named(`${member.kind} ${name ?? "[]"}`));
    else graph.flow(token, this.#property(name ?? "[]"));
  }

  #field(member: Node): void {
    if (member.type === "StaticBlock") {
      this.#value(member);
      return;
    }
    if (member.computed) this.#value(member.key);
    const name = keyOf(member);
    if (member.value) {
      const hint = member.computed ? "" : name ?? "";
      this.#program.graph.flow(this.#named(hint, member.value), this.#property(name ?? "[]"));
    }
  }
}

/** `require("x")`. */
function isRequire(node: Node): boolean {
  return node?.type === "CallExpression" && node.callee.type === "Identifier" &&
    node.callee.name === "require";
}
