import type { Node } from "../../runtime/rewrite/mod.ts";
import {
  MAX_ARGUMENTS,
  MAX_CHOSEN,
  MAX_DEPTH,
  MAX_KEYED_DEPTH,
  MAX_WRAPPED,
  MAX_WRAPPER,
} from "./constants.ts";
import { callHost, callMember } from "./builtins.ts";
import { iterate } from "./iteration.ts";
import { readProperty } from "./properties.ts";
import type { Thing } from "./things.ts";
import type { Walk } from "./walk.ts";

/** A call: what it is given, and where its result goes. */
export interface CallSite {
  readonly node: Node;
  /** Vertices of the arguments. */
  readonly given: readonly (number | undefined)[];
  /** What a `...` among the arguments spreads. */
  readonly spread?: number | undefined;
  readonly result: number;
  /** The callee's name is bound once. */
  readonly certain: boolean;
  /** The same, or a part of something of the host whose name is bound once. */
  readonly certainHost?: boolean;
  /** What `this` is there, if the call says so. */
  readonly self?: number | undefined;
  readonly isNew?: boolean;
  /** The object whose member is called. */
  readonly receiver?: number | undefined;
  /** For `this.m()`: methods of the class that it stands in are certain. */
  readonly own?: boolean;
}

/** Walks a call; the vertex of its result. */
export function callValue(walk: Walk, node: Node): number | undefined {
  const required = walk.links.required(node);
  if (required !== undefined) return required;
  const { program } = walk;
  const { callee } = node;
  const result = program.graph.vertex();
  if (callee.type === "Super") {
    const { superClass, self } = walk.at;
    const site = { node, ...givenOf(walk, node), result, certain: true, self };
    if (superClass !== undefined) invoke(walk, superClass, { ...site, isNew: true });
    return undefined;
  }
  const plain = callee.type === "ChainExpression" ? callee.expression : callee;
  if (plain.type === "MemberExpression" && walk.hostPath(plain) === undefined) {
    return callOfMember(walk, { ...node, callee: plain }, result);
  }
  const target = walk.value(callee);
  const certain = walk.isFixed(callee) || /^(Arrow)?FunctionExpression$/.test(callee.type);
  const isNew = node.type === "NewExpression";
  const certainHost = certain || isFixedPart(walk, plain);
  if (target !== undefined) {
    program.callOf(target, walk.at.method);
    invoke(walk, target, { node, ...givenOf(walk, node), result, certain, certainHost, isNew });
  } else givenOf(walk, node);
  return result;
}

function callOfMember(walk: Walk, node: Node, result: number): number {
  const { program: { graph } } = walk;
  const { callee } = node;
  const name = walk.keyOf(callee);
  const object = walk.objectOf(callee);
  if (callee.computed) walk.value(callee.property);
  const isNew = node.type === "NewExpression";
  if (name !== undefined && /^(call|apply|bind)$/.test(name) && !isNew && object !== undefined) {
    indirect(walk, node, { object, name, result });
    return result;
  }
  const target = readProperty(walk, object, name, { node: callee, call: !isNew });
  // By a name, it may be something of the language's own.
  if (name === undefined) walk.program.callOf(target, walk.at.method);
  const given = givenOf(walk, node);
  const isSuper = callee.object.type === "Super";
  const certainHost = isFixedPart(walk, callee);
  const own = callee.object.type === "ThisExpression";
  const self = isSuper ? walk.at.self : undefined;
  if (name === undefined && object !== undefined && !isNew) {
    const { program } = walk;
    graph.watch(target, (found) => {
      if (found?.method !== undefined) graph.flow(object, program.self(found.method));
    });
  }
  if (name !== undefined && !isNew && !isSuper) callMember(walk, { node, object, name, ...given, result });
  invoke(walk, target, {
    node,
    ...given,
    result,
    certain: false,
    certainHost,
    self,
    isNew,
    own,
    receiver: isSuper ? undefined : object,
  });
  return result;
}

function givenOf(walk: Walk, node: Node): { given: (number | undefined)[]; spread: number | undefined } {
  const { graph } = walk.program;
  const given: (number | undefined)[] = [];
  let spread: number | undefined;
  for (const argument of node.arguments) {
    const value = walk.value(argument);
    if (argument.type !== "SpreadElement") given.push(value);
    else if (value !== undefined) {
      spread ??= graph.vertex();
      graph.flow(iterate(walk, value), spread);
    }
  }
  return { given, spread };
}

/** `f.call(x, …)`, `f.apply(x, …)` and `f.bind(x)` reach what `f` may hold. */
function indirect(
  walk: Walk,
  node: Node,
  { object, name, result }: { object: number; name: string; result: number },
): void {
  const { graph } = walk.program;
  const { given, spread } = givenOf(walk, node);
  const [self, ...rest] = given;
  if (name === "bind") {
    graph.flow(object, result);
    graph.watch(object, (thing) => {
      if (thing?.method === undefined) return;
      graph.flow(self, walk.program.self(thing.method));
      for (const [i, value] of rest.entries()) graph.flow(value, walk.program.parameter(thing.method, i));
    });
    return;
  }
  const passed = name === "call" ? rest : [];
  walk.program.callOf(object, walk.at.method);
  const applied = name === "apply" && rest[0] !== undefined ? iterate(walk, rest[0]) : spread;
  const certain = walk.isFixed(node.callee.object);
  // A method of the language that is lent: `Array.prototype.slice.call(x)`.
  graph.watch(object, (thing) => {
    const lent = /^(?:Array|Map|Set|Promise|String)\.prototype\.(\w+)$/.exec(thing?.path ?? "")?.[1];
    if (lent === undefined) return;
    callMember(walk, { node, object: self, name: lent, given: passed, spread: applied, result });
  });
  invoke(walk, object, { node, given: passed, spread: applied, result, certain, self });
}

/** `host.part` where `host` is bound once, or `require("x").part`. */
function isFixedPart(walk: Walk, callee: Node): boolean {
  if (callee.type !== "MemberExpression") return false;
  const { object } = callee;
  return walk.isFixed(object) || (object.type === "CallExpression" && object.callee.name === "require");
}

/** Links a call to all that its callee's vertex may hold: arguments to parameters, the result back, the host to the caller. */
export function invoke(walk: Walk, target: number, given: CallSite): void {
  const site = { ...given, copies: 0 };
  const { program, at, module: { url } } = walk;
  const { method: caller, owner } = at;
  const { graph } = program;
  graph.watch(target, (thing) => {
    if (thing === undefined) return program.openCall(caller);
    if (thing.settles !== undefined) graph.flow(site.given[0], thing.settles);
    else if (thing.kind === "host") {
      // Values may come long after the walk has gone on.
      walk.within(at, () => callHost(walk, thing.path!, { ...site, caller }));
    } else if (thing.kind === "function") {
      const callee = program.methods[program.methodOf(thing.method!)]!;
      const isOwn = site.own === true && owner !== undefined && callee.owner === owner && callee.url === url;
      const method = walk.within(at, () => activationFor(walk, thing, { site, caller }));
      program.call(caller, method, site.certain || isOwn);
      link(walk, thing, { site, method });
    }
  });
  // Nobody knows what is called: it may call what it is given.
  const plain = site.given.filter((_, i) => isPlainFunction(walk, site.node.arguments?.[i]));
  if (plain.length > 0) {
    program.otherwise(target, {
      at: caller,
      byName: () => callBack(walk, caller, plain, false),
    });
  }
}

/** A function as the source shows it: its text, or a name bound once. */
function isPlainFunction(walk: Walk, node: Node): boolean {
  return node !== undefined && (/^(Arrow)?FunctionExpression$/.test(node.type) || walk.isFixed(node));
}

/** The callee's activation: one for this call, if it is worth it. */
function activationFor(
  walk: Walk,
  { method, body }: Thing,
  { site, caller }: { site: CallSite & { copies: number }; caller: number },
): number {
  const { program } = walk;
  if (body === undefined || site.isNew || program.copiedChars > program.maxCopiedChars) return method!;
  const { values, keys } = body.wants;
  const texts = new Map<number, string>();
  let isWorth = false;
  for (const [i, value] of site.given.entries()) {
    if (keys.has(i) || (site.certain && values.has(i))) {
      const text = textOf(walk, site.node.arguments?.[i]);
      if (text !== undefined) texts.set(i, text);
    }
    if (value !== undefined && values.has(i) && program.graph.holdsFunction(value)) isWorth = true;
  }
  const isKeyed = texts.size > 0, isWrapper = body.chars <= MAX_WRAPPER && !program.graph.isHuge;
  // A variable that may hold one of a few helpers (`isArray(x) ? mapArray : mapObject`) is as good as a name of each.
  const isNamed = site.certain ||
    (isWrapper && site.node.callee?.type === "Identifier" && site.copies < MAX_CHOSEN);
  if (!isKeyed && !(isWorth && isNamed)) return method!;
  const copy = program.copy(method!, caller, isWrapper ? MAX_WRAPPED : isKeyed ? MAX_KEYED_DEPTH : MAX_DEPTH);
  if (copy === undefined) return method!;
  program.copiedChars += body.chars;
  site.copies++;
  // What it is given is known while it is walked, so that what it hands on is told apart too.
  for (const [i, value] of site.given.slice(0, MAX_ARGUMENTS).entries()) {
    program.graph.flow(value, program.parameter(copy, i));
  }
  body.walk(copy, texts);
  if (site.receiver !== undefined) program.graph.flow(site.receiver, program.self(copy));
  return copy;
}

function textOf(walk: Walk, node: Node): string | undefined {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  return node?.type === "Identifier" ? walk.names.textOf(walk.find(node.name), walk.at.locals) : undefined;
}

function link({ program }: Walk, thing: Thing, { site, method }: { site: CallSite; method: number }): void {
  const { given, spread, result, self, isNew } = site;
  const { graph, things } = program;
  for (const [i, value] of given.entries()) {
    if (value === undefined) continue;
    if (i < MAX_ARGUMENTS) graph.flow(value, program.parameter(method, i));
    program.give(method, value);
  }
  if (spread !== undefined) {
    for (let i = 0; i < program.parametersOf(method); i++) graph.flow(spread, program.parameter(method, i));
    program.give(method, spread);
  }
  if (self !== undefined) graph.flow(self, program.self(method));
  if (site.receiver !== undefined) graph.unknown(program.self(method));
  if (isNew && self === undefined) {
    const instance = things.instance(thing);
    graph.hold(result, instance);
    graph.hold(program.self(method), instance);
  }
  graph.flow(program.returned(method), result);
}

/** Functions among the arguments are called by whoever called. */
export function callBack(
  { program }: Walk,
  caller: number,
  given: readonly (number | undefined)[],
  certain = true,
): void {
  for (const value of given) {
    if (value === undefined) continue;
    program.graph.watch(value, (thing) => {
      if (thing?.kind === "function") program.call(caller, thing.method!, certain);
      else if (thing?.path !== undefined) {
        program.use(caller, { path: thing.path, line: 0, certain: false });
      }
    });
  }
}
