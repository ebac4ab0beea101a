import type { Node, Site } from "../../runtime/rewrite/mod.ts";
import { MAX_COPIED } from "./constants.ts";
import { keyOf, type Locals } from "./names.ts";
import type { Thing } from "./things.ts";
import type { Place, Walk } from "./walk.ts";
import { wantsOf } from "./wants.ts";
import { invoke } from "./walk_calls.ts";
import { bindPattern } from "./walk_patterns.ts";

/** What a function is known to belong to. */
interface Belongs {
  /** Label of the class. */
  readonly owner?: string;
  /** What `this` is, as far as the source says. */
  readonly self?: number;
  /** It has been added already. */
  readonly method?: number;
}

/** Walks a function; the vertex that holds it. */
export function functionValue(walk: Walk, node: Node, { owner, self, method: known }: Belongs = {}): number {
  const { program, names } = walk;
  const { graph } = program;
  const site = names.siteOf(node);
  const method = known ?? walk.addMethod(node, site, owner);
  const token = graph.holding(program.functionOf(method));
  if (node.type === "FunctionDeclaration" && node.id) declareFunction(walk, node, token);
  const isArrow = node.type === "ArrowFunctionExpression";
  const scope = names.scopeOf(node)!;
  // A declared function may run before any test.
  const at = node.type === "FunctionDeclaration" ? { ...walk.at, narrowed: new Map() } : walk.at;
  const place = (activation: number): Place => ({
    ...at,
    method: activation,
    site,
    scope,
    ...(isArrow ? {} : { self: program.self(activation), owner }),
  });
  if (!isArrow && self !== undefined) graph.flow(self, program.self(method));
  walk.within(place(method), () => functionBody(walk, node, { site, token }));
  const chars = node.end - node.start;
  if (chars <= MAX_COPIED && known === undefined) {
    const wants = wantsOf(node);
    if (wants !== undefined) {
      program.functionOf(method).body = {
        wants,
        chars,
        walk: (activation, texts) => {
          const locals: Locals = { scope, vertices: new Map(), texts: new Map(), outer: at.locals };
          for (const [i, text] of texts) {
            const variable = scope.variables.get(node.params[i]?.name);
            if (variable !== undefined && !variable.mutable) locals.texts.set(variable, text);
          }
          walk.within({ ...place(activation), locals }, () => functionBody(walk, node, { site, token }));
        },
      };
    }
  }
  return token;
}

function functionBody(walk: Walk, node: Node, { site, token }: { site: Site; token: number }): void {
  const { program, at: { scope, method } } = walk;
  if (node.type === "FunctionExpression" && node.id) {
    const own = scope.variables.get(node.id.name);
    if (own?.kind === "self") program.graph.flow(token, walk.vertexOf(own));
  }
  parameters(walk, node, site);
  if (node.body.type === "BlockStatement") walk.all(node.body.body);
  else program.graph.flow(walk.value(node.body), program.resultOf(method));
}

/** A function in a block of sloppy code is a variable of the function around, too. */
function declareFunction(walk: Walk, node: Node, token: number): void {
  const { scope } = walk.at;
  const variable = walk.find(node.id.name);
  if (variable === undefined) return;
  walk.program.graph.flow(token, walk.vertexOf(variable));
  if (variable.scope !== scope || scope.kind === "function" || scope.parent === null) return;
  const outer = walk.names.find(node.id.name, scope.parent);
  if (outer?.kind === "var") walk.program.graph.flow(token, walk.vertexOf(outer));
}

function parameters(walk: Walk, node: Node, site: Site): void {
  const { program, at: { method, scope } } = walk;
  const { graph, things } = program;
  const isCopy = walk.at.locals?.scope === scope;
  const listOf = (which: number) => isCopy ? things.make("list") : walk.made(node, "list", which);
  for (const [i, parameter] of node.params.entries()) {
    if (parameter.type !== "RestElement") bindPattern(walk, parameter, program.parameter(method, i), true);
    else {
      const list = listOf(0);
      graph.flow(program.given(method), things.computed(list));
      bindPattern(walk, parameter.argument, graph.holding(list), true);
    }
  }
  const own = scope.variables.get("arguments");
  if (!site.usesArguments || own?.kind !== "pseudo") return;
  const list = listOf(1);
  graph.flow(program.given(method), things.computed(list));
  graph.hold(walk.vertexOf(own), list);
}

/** Walks a class; the vertex that holds it. */
export function classValue(walk: Walk, node: Node): number {
  const { program, names } = walk;
  const { graph, things } = program;
  const site = names.siteOf(node);
  const scope = names.scopeOf(node)!;
  const owner = site.label;
  const heritage = walk.within({ scope }, () => walk.value(node.superClass));
  const own = node.body.body.find((member: Node) => member.kind === "constructor");
  const constructor = own === undefined
    ? walk.addMethod(node, site, owner)
    : walk.addMethod(own.value, names.siteOf(own.value), owner);
  const cls = program.functionOf(constructor);
  const self = graph.holding(cls);
  const proto = things.prototypeOf(cls);
  things.instance(cls);
  if (heritage !== undefined) inheritFrom(walk, cls, heritage);
  if (node.id) {
    graph.flow(self, walk.vertexOf(scope.variables.get(node.id.name)!));
    const outer = node.type === "ClassDeclaration" ? walk.find(node.id.name) : undefined;
    if (outer !== undefined) graph.flow(self, walk.vertexOf(outer));
  }
  graph.flow(program.selves(cls), program.self(constructor));
  const place = { scope, owner, superObject: things.protoOf(proto), superClass: heritage };
  walk.within(place, () => {
    if (own === undefined && heritage !== undefined) implicitConstructor(walk, node, constructor);
    for (const member of node.body.body) {
      if (member.type === "MethodDefinition") classMember(walk, member, { cls, constructor });
      else if (member.type === "StaticBlock" || member.static) staticField(walk, member, cls);
      else field(walk, member, { cls, constructor });
    }
  });
  return self;
}

function inheritFrom({ program }: Walk, cls: Thing, heritage: number): void {
  const { graph, things } = program;
  things.inherit(cls, heritage);
  graph.watch(heritage, (parent) => {
    if (parent === undefined) return;
    things.inherit(things.prototypeOf(cls), things.read(parent, "prototype"));
    graph.flow(program.selves(cls), program.selves(parent));
    graph.flow(program.classes(cls), program.classes(parent));
  });
}

/** A class without constructor hands its arguments to its parent's. */
function implicitConstructor(walk: Walk, node: Node, constructor: number): void {
  const { program } = walk;
  walk.within({ method: constructor, self: program.self(constructor) }, () => {
    invoke(walk, walk.at.superClass!, {
      node,
      given: [
        program.parameter(constructor, 0),
        program.parameter(constructor, 1),
        program.given(constructor),
      ],
      result: program.graph.vertex(),
      certain: true,
      self: walk.at.self,
    });
  });
}

function classMember(
  walk: Walk,
  member: Node,
  { cls, constructor }: { cls: Thing; constructor: number },
): void {
  const { program } = walk;
  const { graph, things } = program;
  const name = keyOf(member);
  if (member.computed) walk.value(member.key);
  const self = member.static ? program.classes(cls) : program.selves(cls);
  const superObject = things.protoOf(member.static ? cls : things.prototypeOf(cls));
  const isConstructor = member.kind === "constructor";
  const value = walk.within({ superObject }, () =>
    functionValue(walk, member.value, {
      owner: walk.at.owner!,
      self,
      ...(isConstructor ? { method: constructor } : {}),
    }));
  if (isConstructor) return;
  const of = member.static ? cls : things.prototypeOf(cls);
  if (member.kind !== "method") return program.accessor(member.kind, name ?? "[]", { value, of });
  if (name !== undefined) of.shape.certain.add(name);
  graph.flow(value, name === undefined ? things.computed(of) : things.own(of, name));
  graph.flow(value, graph.named(`property ${name ?? "[]"}`));
}

function staticField(walk: Walk, member: Node, cls: Thing): void {
  const { program: { graph, things }, names } = walk;
  const scope = names.scopeOf(member) ?? walk.at.scope;
  if (member.computed) walk.value(member.key);
  walk.within({ scope, self: graph.holding(cls), superObject: things.protoOf(cls) }, () => {
    if (member.type === "StaticBlock") return walk.all(member.body);
    walk.write(walk.at.self, keyOf(member), walk.value(member.value), member);
  });
}

function field(walk: Walk, member: Node, { constructor }: { cls: Thing; constructor: number }): void {
  const { program, names } = walk;
  if (member.computed) walk.value(member.key);
  if (!member.value) return;
  const scope = names.scopeOf(member) ?? walk.at.scope;
  const place = { scope, method: constructor, self: program.self(constructor) };
  walk.within(place, () => walk.write(walk.at.self, keyOf(member), walk.value(member.value), member));
}
