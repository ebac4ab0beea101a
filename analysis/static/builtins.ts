import type { Node } from "../../runtime/rewrite/mod.ts";
import { CALLS_BACK } from "./constants.ts";
import { defineProperties, defineProperty } from "./descriptors.ts";
import { elementsOf, iterate } from "./iteration.ts";
import type { Walk } from "./walk.ts";
import { callBack, type CallSite } from "./walk_calls.ts";

/** A call of a member that may be one of the language's own. */
interface MemberCall {
  readonly node: Node;
  readonly object: number | undefined;
  readonly name: string;
  readonly given: readonly (number | undefined)[];
  readonly spread: number | undefined;
  readonly result: number;
}

/** Functions of the language that call nothing they are given. */
const ONLY_COMPUTES =
  /^(Object|Array|Number|String|Boolean|Symbol|Math|Date|RegExp|BigInt|Error|\w+Error|\w*Array|DataView|is\w+|parse\w+|\w+URI\w*)\b/;

/** The same of the host: a function among what they are given is not called. */
const ONLY_TAKES =
  /^((Shared)?ArrayBuffer|Buffer|node:buffer|console|TextEncoder|TextDecoder|URL|URLSearchParams|Headers|Atomics|node:path|node:zlib\.(\w+Sync|[A-Z]\w*|create\w+))(\.\w+)*$/;

/** `Array.prototype.map.call`: a method of the language that is lent. */
const LENT = /^(?:Array|Map|Set|Promise|String)\.prototype\.(\w+)\.(call|apply)$/;

/** Methods that put their arguments into a list; `set` its second. */
const PUTS = new Set(["push", "unshift", "add", "set", "fill", "splice", "concat", "with"]);
/** Methods that give an element. */
const TAKES = new Set(["pop", "shift", "at", "get", "find", "findLast", "values", "next"]);
/** Methods whose result holds what the list holds. */
const KEEPS = new Set(
  ("filter slice concat reverse sort toSorted toReversed splice toSpliced flat fill add set values entries copyWithin " +
    "finally catch").split(" "),
);

/** What the language's own method of that name does with values, if what it is called on may be a list or a promise. */
export function callMember(walk: Walk, call: MemberCall): void {
  const { program } = walk;
  const { object, name } = call;
  if (!CALLS_BACK.has(name) && !PUTS.has(name) && !TAKES.has(name) && !KEEPS.has(name)) return;
  const at = walk.at;
  let done = false;
  const apply = () => {
    if (done) return;
    done = true;
    walk.within(at, () => applyMember(walk, call));
  };
  if (object === undefined || /^(then|catch|finally)$/.test(name)) return apply();
  program.graph.watch(object, (thing) => {
    if (thing === undefined || thing.kind === "list" || thing.kind === "host") apply();
  });
  program.otherwise(object, { at: at.method, byName: apply });
}

function applyMember(walk: Walk, { node, object, name, given, spread, result }: MemberCall): void {
  const { program, at: { method } } = walk;
  const { graph, things } = program;
  const elements = object === undefined ? undefined : iterate(walk, object);
  const putIn = (value: number) => {
    graph.flow(value, graph.named("property []"));
    if (object === undefined) return;
    graph.watch(object, (thing) => {
      if (thing?.kind === "list") graph.flow(value, things.computed(thing));
    });
  };
  if (PUTS.has(name)) {
    const put = name === "set" || name === "with"
      ? given.slice(1)
      : name === "splice"
      ? given.slice(2)
      : given;
    for (const value of [...put, spread]) {
      if (value === undefined) continue;
      putIn(value);
      if (name === "concat") putIn(iterate(walk, value));
    }
  }
  if (TAKES.has(name)) graph.flow(elements, result);
  if (KEEPS.has(name)) graph.flow(object, result);
  if (!CALLS_BACK.has(name)) return;
  callBack(walk, method, name.startsWith("replace") ? given.slice(1) : given.slice(0, 2));
  const made = /^(map|flatMap|from|groupBy)$/.test(name) ? walk.made(node, "list") : undefined;
  if (made !== undefined) graph.hold(result, made);
  const out = made === undefined ? result : things.computed(made);
  for (const [i, value] of given.entries()) {
    if (value === undefined) continue;
    graph.watch(value, (thing) => {
      if (thing?.kind !== "function") return;
      const to = (position: number, from: number | undefined) =>
        graph.flow(from, program.parameter(thing.method!, position));
      if (/^(then|catch|finally)$/.test(name)) to(0, object);
      else if (/^reduce/.test(name)) {
        for (const from of [given[1], program.resultOf(thing.method!), elements]) to(0, from);
        to(1, elements);
        to(3, object);
      } else if (!/^replace/.test(name)) {
        to(0, elements);
        if (name === "sort" || name === "toSorted") to(1, elements);
        else to(2, object);
      }
      if (i === 0) graph.flow(given[1], program.self(thing.method!));
      if (!/^(forEach|some|every|filter|find.*|sort|toSorted|replace.*)$/.test(name)) {
        graph.flow(program.resultOf(thing.method!), out);
      }
    });
  }
  if (name === "then") graph.flow(object, result);
  if (name === "flatMap") {
    graph.flow(iterate(walk, out), out);
  }
}

/** A call of something of the host. */
export function callHost(walk: Walk, called: string, site: CallSite & { readonly caller: number }): void {
  const { program } = walk;
  const { caller, node, given, result } = site;
  const { graph, things } = program;
  if (called === "eval" || called === "Function") program.opaque.add(program.methodOf(caller));
  program.use(caller, { path: called, line: walk.lineOf(node), certain: site.certainHost ?? site.certain });
  const [, lentTo, how] = LENT.exec(called) ?? [];
  if (lentTo !== undefined) {
    const [object, ...rest] = given;
    const applied = how === "apply" && rest[0] !== undefined ? iterate(walk, rest[0]) : site.spread;
    const call = { node, object, name: lentTo, spread: applied, result };
    return callMember(walk, { ...call, given: how === "call" ? rest : [] });
  }
  if (language(walk, called, site)) return;
  if (!ONLY_COMPUTES.test(called) && !ONLY_TAKES.test(called)) callBack(walk, caller, given);
  const lent = /^(?:Array|Map|Set|Promise|String)\.prototype\.(\w+)$/.exec(called)?.[1];
  if (lent !== undefined) return;
  const path = program.table.derive(called, "()");
  if (path !== undefined) graph.hold(result, things.host(path));
}

/** What functions of the language do with objects; true if nothing else is to be said of the call. */
function language(
  walk: Walk,
  called: string,
  { node, given, result, isNew, caller }: CallSite & { caller: number },
): boolean {
  const { program } = walk;
  const { graph, things } = program;
  const [first, second, third] = given;
  const each = (
    vertex: number | undefined,
    seen: (thing: NonNullable<Parameters<Parameters<typeof graph.watch>[1]>[0]>) => void,
  ) => {
    if (vertex !== undefined) {
      graph.watch(vertex, (thing) => thing !== undefined && thing.kind !== "host" && seen(thing));
    }
  };
  switch (called) {
    case "Object.assign":
      for (const from of given.slice(1)) each(first, (to) => each(from, (thing) => things.copy(thing, to)));
      graph.flow(first, result);
      return true;
    case "Object.create": {
      const made = walk.made(node, "object");
      things.inherit(made, first);
      graph.hold(result, made);
      defineProperties(walk, node, result);
      return true;
    }
    case "Object.setPrototypeOf":
    case "Reflect.setPrototypeOf":
      each(first, (thing) => things.inherit(thing, second));
      graph.flow(first, result);
      return true;
    case "Object.getPrototypeOf":
    case "Reflect.getPrototypeOf":
      each(first, (thing) => graph.flow(things.protoOf(thing), result));
      return true;
    case "Object.defineProperty":
    case "Reflect.defineProperty":
      if (first !== undefined && third !== undefined) {
        defineProperty(walk, node, { object: first, descriptor: third });
      }
      graph.flow(first, result);
      return true;
    case "Object.defineProperties":
      if (first !== undefined) defineProperties(walk, node, first);
      graph.flow(first, result);
      return true;
    case "Object.freeze":
    case "Object.seal":
    case "Object.preventExtensions":
    case "Object":
    case "structuredClone":
    case "Promise.resolve":
      graph.flow(first, result);
      return true;
    case "Object.values":
    case "Object.entries":
    case "Object.getOwnPropertyDescriptors": {
      const list = walk.made(node, "list");
      const values = first === undefined ? undefined : elementsOf(walk, first, node);
      if (called === "Object.values") graph.flow(values, things.computed(list));
      else {
        const pair = walk.made(node, "list", 1);
        graph.flow(values, things.computed(pair));
        graph.hold(things.computed(list), pair);
      }
      graph.hold(result, list);
      return true;
    }
    case "Object.fromEntries": {
      const made = walk.made(node, "object");
      if (first !== undefined) {
        graph.flow(elementsOf(walk, iterate(walk, first), node), things.computed(made));
      }
      graph.hold(result, made);
      return true;
    }
    case "Array":
    case "Array.of":
    case "Array.from":
    case "Map":
    case "Set":
    case "WeakMap":
    case "WeakSet":
    case "Promise.all":
    case "Promise.allSettled": {
      const list = walk.made(node, "list");
      const elements = first === undefined ? undefined : iterate(walk, first);
      if (called === "Array" || called === "Array.of") {
        for (const value of given) graph.flow(value, things.computed(list));
      } else if (called === "Array.from" && second !== undefined) {
        callBack(walk, caller, [second]);
        each(second, ({ method }) => {
          if (method === undefined) return;
          graph.flow(elements, program.parameter(method, 0));
          graph.flow(program.resultOf(method), things.computed(list));
        });
      } else if (called === "Map" || called === "WeakMap") {
        if (elements !== undefined) graph.flow(elementsOf(walk, elements, node), things.computed(list));
      } else graph.flow(elements, things.computed(list));
      graph.hold(result, list);
      return true;
    }
    case "Promise.race":
    case "Promise.any":
      if (first !== undefined) graph.flow(iterate(walk, first), result);
      return true;
    case "Promise": {
      const resolver = things.make("resolver", { settles: result });
      callBack(walk, caller, [first]);
      const rejecter = things.make("resolver", { settles: graph.vertex() });
      each(first, ({ method }) => {
        if (method === undefined) return;
        graph.hold(program.parameter(method, 0), resolver);
        graph.hold(program.parameter(method, 1), rejecter);
      });
      return true;
    }
    case "Reflect.apply":
      callBack(walk, caller, [first]);
      each(first, ({ method }) => {
        if (method === undefined) return;
        graph.flow(second, program.self(method));
        if (third !== undefined) graph.flow(iterate(walk, third), program.parameter(method, 0));
        graph.flow(program.returned(method), result);
      });
      return true;
    case "Proxy":
      if (!isNew) return false;
      graph.flow(first, result);
      each(second, (handler) => callBack(walk, caller, [things.all(handler)], false));
      return true;
  }
  return false;
}
