import {
  analyse,
  type Node,
  parse,
  pinnedBecause,
  type Scope,
  type Site,
  type Variable,
} from "../../runtime/rewrite/mod.ts";
import { methodId } from "../../runtime/mod.ts";
import { iterate } from "./iteration.ts";
import { ModuleLinks, type VertexOf } from "./module_links.ts";
import { isFixed, keyOf, type Locals, Names } from "./names.ts";
import { factsOf, leaves, type Narrowed, PLAIN, writesIn } from "./narrowing.ts";
import type { Thing } from "./things.ts";
import type { Program } from "./program.ts";
import { readProperty, writeProperty } from "./properties.ts";
import { LineIndex, type SourceModule } from "./source_module.ts";
import { callValue } from "./walk_calls.ts";
import { classValue, functionValue } from "./walk_functions.ts";
import { assign, bindPattern } from "./walk_patterns.ts";

const GLOBAL_OBJECTS = new Set(["globalThis", "self", "window", "global"]);

/** Where the walk stands. */
export interface Place {
  readonly method: number;
  readonly site: Site | null;
  readonly scope: Scope;
  /** Label of the class whose members are walked. */
  readonly owner: string | undefined;
  /** What `this` may be. */
  readonly self: number | undefined;
  /** What `super.x` is looked up in, and what `super()` calls. */
  readonly superObject: number | undefined;
  readonly superClass: number | undefined;
  /** Set in a method that is walked for one call. */
  readonly locals: Locals | undefined;
  /** What tests say of variables here. */
  readonly narrowed: Narrowed;
}

const UNTESTED: Narrowed = new Map();

/** Walks one module and tells the program what its methods are, what they call and where values may flow. */
export class Walk {
  readonly program: Program;
  readonly module: SourceModule;
  readonly names: Names;
  readonly links: ModuleLinks;
  readonly body: readonly Node[];
  at: Place;
  readonly #lines: LineIndex;
  readonly #made = new Map<Node, Map<string, Thing>>();
  /** Methods by where they stand. */
  readonly #methods = new Map<string, number>();

  /** @throws {ParseError} if the module is no JavaScript. */
  constructor(program: Program, module: SourceModule) {
    this.program = program;
    this.module = module;
    const isModule = module.kind === "module";
    const parsed = parse(module.text, isModule);
    this.names = new Names(analyse(module.text, parsed, { isModule, path: module.path }), program.graph);
    this.links = new ModuleLinks(program, module);
    this.#lines = new LineIndex(module.text);
    this.body = parsed.body;
    const method = this.addMethod({ start: 0, end: module.text.length }, null, undefined);
    this.at = {
      method,
      site: null,
      scope: this.names.root,
      owner: undefined,
      self: isModule ? undefined : this.names.vertexOf(this.names.find("this", this.names.root)!),
      superObject: undefined,
      superClass: undefined,
      locals: undefined,
      narrowed: UNTESTED,
    };
  }

  /** Walks the whole module. */
  run(): void {
    if (this.module.kind === "script") this.links.commonVariables(this.#vertexOf);
    this.all(this.body);
  }

  all(nodes: readonly Node[], from = 0): void {
    for (let i = from; i < nodes.length; i++) {
      const node = nodes[i]!;
      this.value(node);
      if (node?.type !== "IfStatement") continue;
      // What comes after is reached by one way only.
      const isThen = leaves(node.alternate);
      if (!isThen && !leaves(node.consequent)) continue;
      const rest = { start: node.end, end: nodes.at(-1)!.end };
      return this.knowing({ test: node.test, outcome: isThen, rest }, () => this.all(nodes, i + 1));
    }
  }

  /** Walks what a test leads to, knowing how it came out. */
  knowing<T>(
    { test, outcome, rest }: { test: Node; outcome: boolean; rest: { start: number; end: number } },
    body: () => T,
  ): T {
    if (this.program.graph.isHuge) return body();
    const facts = factsOf(test, (name) => this.find(name), outcome);
    let narrowed: Map<Variable, number> | undefined;
    for (const [variable, kinds] of facts) {
      if (!this.#isKept(variable, rest)) continue;
      narrowed ??= new Map(this.at.narrowed);
      narrowed.set(variable, (narrowed.get(variable) ?? kinds) & kinds);
    }
    return narrowed === undefined ? body() : this.within({ narrowed }, body);
  }

  /** Whether a variable has one value throughout a part of the source. */
  #isKept(
    { name, mutable, captured, kind }: Variable,
    { start, end }: { start: number; end: number },
  ): boolean {
    if (kind === "pseudo") return false;
    if (!mutable && kind !== "var") return true;
    if (captured) return false;
    this.#writes ??= writesIn(this.body);
    return !(this.#writes.get(name) ?? []).some((offset) => start <= offset && offset < end);
  }
  #writes: ReadonlyMap<string, readonly number[]> | undefined;

  within<T>(place: Partial<Place>, body: () => T): T {
    const before = this.at;
    this.at = { ...before, ...place };
    const result = body();
    this.at = before;
    return result;
  }

  lineOf(node: Node): number {
    return this.#lines.at(node.start).line;
  }

  /** Walks a node; the vertex of its value if it can hold anything that is followed. */
  value(node: Node): number | undefined {
    if (node === null || node === undefined) return undefined;
    const { graph } = this.program;
    switch (node.type) {
      case "Identifier":
        return this.#read(node);
      case "ThisExpression":
        return this.at.self;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return functionValue(this, node);
      case "ClassDeclaration":
      case "ClassExpression":
        return classValue(this, node);
      case "VariableDeclaration":
        for (const { id, init } of node.declarations) {
          if (id.type === "Identifier" && typeof init?.value === "string") {
            const variable = this.find(id.name);
            if (variable !== undefined) this.names.noteText(variable, init.value);
          }
          bindPattern(this, id, this.value(init), init === null || node.kind !== "var");
        }
        return undefined;
      case "AssignmentExpression":
        return assign(this, node);
      case "UpdateExpression":
        this.value(node.argument);
        if (node.argument.type === "Identifier") bindPattern(this, node.argument, undefined);
        return undefined;
      case "MemberExpression":
        return this.#member(node);
      case "CallExpression":
      case "NewExpression":
        return callValue(this, node);
      case "TaggedTemplateExpression":
        return callValue(this, {
          ...node,
          callee: node.tag,
          arguments: [node.quasi, ...node.quasi.expressions],
        });
      case "ImportExpression":
        this.value(node.source);
        if (node.source.type !== "Literal") this.program.openCall(this.at.method);
        return this.links.dynamicImport(node);
      case "ObjectExpression":
        return this.#object(node);
      case "ArrayExpression":
        return this.#array(node);
      case "IfStatement":
        this.value(node.test);
        this.#branch(node.test, true, node.consequent);
        if (node.alternate) this.#branch(node.test, false, node.alternate);
        return undefined;
      case "ConditionalExpression":
        this.value(node.test);
        return this.#either(
          this.#branch(node.test, true, node.consequent),
          this.#branch(node.test, false, node.alternate),
        );
      case "LogicalExpression":
        return this.#logical(node);
      case "SequenceExpression":
        return node.expressions.map((part: Node) => this.value(part)).at(-1);
      case "YieldExpression":
        return this.#yield(node);
      case "AwaitExpression":
      case "SpreadElement":
        return this.value(node.argument);
      case "ChainExpression":
      case "ParenthesizedExpression":
        return this.value(node.expression);
      case "ReturnStatement":
        graph.flow(this.value(node.argument), this.program.resultOf(this.at.method));
        return undefined;
      case "BlockStatement":
        return this.scoped(node, () => this.all(node.body));
      case "SwitchStatement":
        this.value(node.discriminant);
        return this.scoped(node, () => this.all(node.cases));
      case "ForStatement":
        return this.scoped(node, () => this.all([node.init, node.test, node.update, node.body]));
      case "ForOfStatement":
      case "ForInStatement":
        return this.scoped(node, () => this.#forOf(node));
      case "CatchClause":
        return this.scoped(node, () => {
          bindPattern(this, node.param, undefined, true);
          this.value(node.body);
        });
      case "WithStatement":
        this.program.opaque.add(this.program.methodOf(this.at.method));
        break;
      case "ImportDeclaration":
        return this.links.importDeclaration(node, this.#vertexOf) as undefined;
      case "ExportNamedDeclaration":
        this.value(node.declaration);
        return this.links.exportNamed(node, this.#vertexOf) as undefined;
      case "ExportDefaultDeclaration":
        return this.links.exportDefault(this.value(node.declaration)) as undefined;
      case "ExportAllDeclaration":
        return this.links.exportAll(node) as undefined;
      case "BreakStatement":
      case "ContinueStatement":
      case "MetaProperty":
      case "Literal":
      case "TemplateElement":
        return undefined;
      case "LabeledStatement":
        return this.value(node.body);
    }
    return this.#parts(node);
  }

  #parts(node: Node): undefined {
    for (const key in node) {
      const child = node[key];
      if (Array.isArray(child)) { for (const item of child) if (item?.type !== undefined) this.value(item); }
      else if (child !== null && typeof child === "object" && child.type !== undefined) this.value(child);
    }
  }

  #branch(test: Node, outcome: boolean, node: Node): number | undefined {
    return this.knowing({ test, outcome, rest: node }, () => this.value(node));
  }

  #either(a: number | undefined, b: number | undefined): number {
    const vertex = this.program.graph.vertex();
    this.program.graph.flow(a, vertex);
    this.program.graph.flow(b, vertex);
    return vertex;
  }

  #logical({ operator, left, right }: Node): number | undefined {
    const first = this.value(left);
    if (operator === "??") return this.#either(first, this.value(right));
    const second = this.#branch(left, operator === "&&", right);
    // What is false holds nothing that is followed.
    return operator === "&&" ? second : this.#either(first, second);
  }

  /** Walks what stands in the scope that a node opens. */
  scoped(node: Node, body: () => void): undefined {
    const scope = this.names.scopeOf(node);
    if (scope === undefined) body();
    else this.within({ scope }, body);
  }

  #forOf(node: Node): void {
    const from = this.value(node.right);
    const element = node.type === "ForOfStatement" && from !== undefined ? iterate(this, from) : undefined;
    const isDeclaration = node.left.type === "VariableDeclaration";
    bindPattern(this, isDeclaration ? node.left.declarations[0].id : node.left, element);
    this.value(node.body);
  }

  #yield(node: Node): undefined {
    const { graph } = this.program;
    const value = this.value(node.argument);
    const from = node.delegate && value !== undefined ? iterate(this, value) : value;
    graph.flow(from, this.program.yields(this.at.method));
  }

  // Objects and arrays

  /** What is made at a place in the source: the same for all calls that lead there. */
  made(node: Node, kind: "object" | "list", which = 0): Thing {
    const key = `${kind} ${which}`;
    let own = this.#made.get(node);
    if (own === undefined) this.#made.set(node, own = new Map());
    let thing = own.get(key);
    if (thing === undefined) own.set(key, thing = this.program.things.make(kind));
    return thing;
  }

  #object(node: Node): number {
    const { graph, things } = this.program;
    const object = this.made(node, "object");
    const vertex = graph.holding(object);
    const superObject = things.protoOf(object);
    const hasSpread = node.properties.some((property: Node) => property.type === "SpreadElement");
    this.within({ superObject }, () => {
      for (const property of node.properties) {
        if (property.type === "SpreadElement") {
          const from = this.value(property.argument);
          if (from !== undefined) graph.watch(from, (thing) => thing && things.copy(thing, object));
          continue;
        }
        const name = keyOf(property);
        if (property.computed) this.value(property.key);
        const isMethod = property.method || /Function/.test(property.value.type);
        const value = isMethod && property.value.type !== "ArrowFunctionExpression"
          ? functionValue(this, property.value, { self: vertex })
          : this.value(property.value);
        if (property.kind !== "init") {
          this.program.accessor(property.kind, name ?? "[]", { value, of: object });
          continue;
        }
        if (name === "__proto__" && !property.computed && !property.shorthand) {
          things.inherit(object, value);
          continue;
        }
        if (name !== undefined && !hasSpread) object.shape.certain.add(name);
        graph.flow(value, name === undefined ? things.computed(object) : things.own(object, name));
        graph.flow(value, graph.named(`property ${name ?? "[]"}`));
      }
    });
    return vertex;
  }

  #array(node: Node): number {
    const { graph, things } = this.program;
    const list = this.made(node, "list");
    for (const element of node.elements) {
      let value = this.value(element);
      if (element?.type === "SpreadElement" && value !== undefined) value = iterate(this, value);
      graph.flow(value, things.computed(list));
      graph.flow(value, graph.named("property []"));
    }
    return graph.holding(list);
  }

  // Names

  #vertexOf: VertexOf = (name) => {
    const variable = this.names.find(name, this.at?.scope ?? this.names.root);
    return variable === undefined ? undefined : this.vertexOf(variable);
  };

  vertexOf(variable: Variable): number {
    return this.names.vertexOf(variable, this.at?.locals);
  }

  find(name: string): Variable | undefined {
    return this.names.find(name, this.at.scope);
  }

  #read(node: Node): number | undefined {
    const variable = this.find(node.name);
    if (variable === undefined) return node.name === "undefined" ? undefined : this.host(node.name, node);
    this.touch(variable, "reads");
    const vertex = this.vertexOf(variable), kinds = this.at.narrowed.get(variable);
    if (kinds === undefined) return vertex;
    return kinds === PLAIN || kinds === 0 ? undefined : this.program.graph.narrowed(vertex, kinds);
  }

  /** Whether tests say that a node is a text, a number or nothing. */
  isPlain(node: Node): boolean {
    if (node.type !== "Identifier" || this.at.narrowed.size === 0) return false;
    const variable = this.find(node.name);
    const kinds = variable === undefined ? undefined : this.at.narrowed.get(variable);
    return kinds === PLAIN || kinds === 0;
  }

  /** Notes that the method reads or writes a variable from outside of it. */
  touch(variable: Variable, how: "reads" | "writes"): void {
    const { method, site } = this.at;
    if (site === null || variable.kind === "pseudo" || variable.scope.site === site) return;
    const { reads, writes, capturedReads, capturedWrites } = this.program
      .access[this.program.methodOf(method)]!;
    const { scope: { site: of }, name } = variable;
    if (of === null) {
      const full = `${this.module.path}#${name}`;
      (how === "reads" ? reads : writes).add(full);
      this.program.name(full, this.names.vertexOf(variable));
    } else (how === "reads" ? capturedReads : capturedWrites).add(`${this.module.path}#${of.label}: ${name}`);
  }

  /** Something of the host, by its path; using it is noted. */
  host(path: string, node: Node): number | undefined {
    const { graph, things, table, world } = this.program;
    if (GLOBAL_OBJECTS.has(path)) return graph.holding(world);
    if (!table.has(path)) return things.read(world, path);
    if (!table.hasParts(path)) {
      this.program.use(this.at.method, { path, line: this.lineOf(node), certain: true });
    }
    return graph.holding(things.host(path));
  }

  /** The host path of `a.b.c` where `a` is no variable of the module. */
  hostPath(node: Node): string | undefined {
    if (node.type === "Identifier") {
      return this.find(node.name) === undefined && node.name !== "undefined" ? node.name : undefined;
    }
    if (node.type === "ChainExpression") return this.hostPath(node.expression);
    if (node.type !== "MemberExpression") return undefined;
    const name = this.keyOf(node);
    const object = name === undefined ? undefined : this.hostPath(node.object);
    if (object === undefined) return undefined;
    if (GLOBAL_OBJECTS.has(object)) return name;
    return this.program.table.has(object) ? `${object}.${name}` : undefined;
  }

  /** The name of a property where the source says it, by itself or by a constant. */
  keyOf(node: Node): string | undefined {
    const name = keyOf(node);
    if (name !== undefined || !node.computed) return name;
    const key = node.type === "MemberExpression" ? node.property : node.key;
    return key.type === "Identifier" ? this.names.textOf(this.find(key.name), this.at.locals) : undefined;
  }

  #member(node: Node): number | undefined {
    const path = this.hostPath(node);
    if (path !== undefined) return this.host(path, node);
    const object = this.objectOf(node);
    if (node.computed) this.value(node.property);
    return readProperty(this, object, this.keyOf(node), { node });
  }

  /** What the object of a member expression may be. */
  objectOf({ object }: Node): number | undefined {
    return object.type === "Super" ? this.at.superObject : this.value(object);
  }

  // Methods

  addMethod(
    { start, end }: { start: number; end: number },
    site: Site | null,
    owner: string | undefined,
  ): number {
    const outer = this.at?.method ?? -1;
    const key = site === null ? "main" : `${start} ${end}`;
    const known = this.#methods.get(key);
    if (known !== undefined) return this.program.activate(known, outer);
    const method = this.program.add({
      id: methodId(site?.id ?? `${this.module.path}#<main>`),
      url: this.module.url,
      start,
      end,
      ...this.#lines.at(start),
      isAsync: site?.isAsync ?? false,
      isGenerator: site?.isGenerator ?? false,
      isImplicit: site?.kind === "class",
      outer: outer < 0 ? -1 : this.program.methodOf(outer),
      owner,
      notPoint: site === null ? undefined : pinnedBecause(site),
    });
    this.#methods.set(key, method);
    return this.program.activate(method, outer);
  }

  /** Whether a name is bound once, so that what it is called by is certain. */
  isFixed(node: Node): boolean {
    if (node?.type !== "Identifier") return false;
    const variable = this.find(node.name);
    return variable !== undefined && isFixed(variable);
  }

  /** Lets a value flow into a property. */
  write(object: number | undefined, name: string | undefined, from: number | undefined, node: Node): void {
    writeProperty(this, object, name, { from, node });
  }
}
