import { Buffer } from "node:buffer";
import type { Node } from "../../runtime/rewrite/mod.ts";
import { MAX_COMPUTED, MAX_TABLE, MIN_TABLE } from "./constants.ts";
import type { Thing } from "./things.ts";
import type { Walk } from "./walk.ts";

/** Objects of the language whose parts have names that calls are understood by. */
const LANGUAGE = /^(Array|Object|Function|Map|Set|Promise|Reflect|String)(\.prototype)?$/;

/** Names that every text, number, list, promise has a method of. */
const LANGUAGE_NAMES: ReadonlySet<string> = new Set(
  [String, Number, Array, RegExp, Promise, Function, Object, Date, DataView, Buffer]
    .concat(Object.getPrototypeOf(Uint8Array)).flatMap(({ prototype }) =>
      Object.getOwnPropertyNames(prototype)
    ),
);

/** Names that every list, map and set has a method of. */
const LIST_NAMES: ReadonlySet<string> = new Set(
  [Array, Map, Set, WeakMap, WeakSet].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)),
);

/** The vertex of property `name` (unknown if undefined) of what `object` may hold. `call`: it is read to be called. */
export function readProperty(
  walk: Walk,
  object: number | undefined,
  name: string | undefined,
  { node, call = false }: { node: Node; call?: boolean },
): number {
  const { program, at: { method } } = walk;
  const { graph, things } = program;
  const result = call && name !== undefined ? graph.wide() : graph.vertex();
  // A text's or a number's own.
  if (name !== undefined && node.object && walk.isPlain(node.object) && LANGUAGE_NAMES.has(name)) {
    return result;
  }
  const line = walk.lineOf(node);
  const seen: Thing[] = [];
  const mayBeComputed = call && name !== undefined && !LANGUAGE_NAMES.has(name);
  let isOther = false, isList = false;
  const byName = () => {
    // A list has it from the language; its values are followed there.
    if (isList && !isOther && name !== undefined && LIST_NAMES.has(name)) return;
    // What is called and not found by its name may have been put there by a computed one.
    if (mayBeComputed) {
      for (const thing of seen) {
        const table = things.anyComputed(thing);
        if (graph.count(table) <= MAX_COMPUTED) graph.flow(table, result);
      }
    }
    if (name === undefined && !call) return graph.unknown(result);
    graph.flow(graph.named(`property ${name ?? "[]"}`), result);
    if (name === undefined) return;
    // Of what is unknown where others are known, `length` is a list's.
    if (graph.tellsObjects && (LANGUAGE_NAMES.has(name) || LIST_NAMES.has(name))) return;
    graph.watch(graph.named(`get ${name}`), (getter) => {
      if (getter?.method === undefined) return;
      program.call(method, getter.method, false);
      graph.flow(program.resultOf(getter.method), result);
    });
  };
  if (object === undefined) {
    byName();
    return result;
  }
  graph.watch(object, (thing) => {
    if (thing?.kind === "list") isList = true;
    else isOther = true;
    if (thing === undefined) return byName();
    if (thing.path !== undefined) return readHost(walk, thing.path, { name, method, line, result });
    if (thing === program.world && name !== undefined && program.table.has(name)) {
      return graph.hold(result, things.host(name));
    }
    if (name === undefined && !call) return graph.flow(things.anyComputed(thing), result);
    if (name === undefined) {
      return program.afterFirst(() => {
        const { size } = thing.shape.own;
        if (size <= MAX_TABLE && (thing.kind !== "function" || size >= MIN_TABLE)) {
          graph.flow(things.all(thing), result);
        }
      });
    }
    if (mayBeComputed && thing.kind === "object") seen.push(thing);
    if (thing.kind === "list" && /^\d+$/.test(name)) return graph.flow(things.computed(thing), result);
    graph.flow(call ? things.readToCall(thing, name) : things.read(thing, name), result);
    program.whenAccessor("get", name, () => {
      graph.watch(things.read(thing, `get ${name}`), (getter) => {
        if (getter?.method === undefined) return;
        program.call(method, getter.method, false);
        graph.hold(program.self(getter.method), thing);
        graph.flow(program.resultOf(getter.method), result);
      });
    });
  });
  program.otherwise(call ? result : object, { at: method, byName });
  return result;
}

function readHost(
  { program }: Walk,
  path: string,
  { name, method, line, result }: { name: string | undefined; method: number; line: number; result: number },
): void {
  if (name === undefined) return;
  const { table, graph, things } = program;
  const part = table.derive(path, `.${name}`) ?? (LANGUAGE.test(path) ? `${path}.${name}` : undefined);
  if (part === undefined) return;
  // Reading a part touches host state; what else it means is seen when it is called.
  if (table.classify(part)?.is.startsWith("family:")) {
    program.use(method, { path: part, line, certain: false });
  }
  graph.hold(result, things.host(part));
}

/** Lets a value flow into property `name` of what `object` may hold. */
export function writeProperty(
  walk: Walk,
  object: number | undefined,
  name: string | undefined,
  { from }: { from: number | undefined; node: Node },
): void {
  const { program, at: { method } } = walk;
  const { graph, things } = program;
  graph.flow(from, graph.named(`property ${name ?? "[]"}`));
  const stray = () => {
    if (name === undefined) return;
    graph.flow(from, graph.named(`stray ${name}`));
    graph.watch(graph.named(`set ${name}`), (setter) => {
      if (setter?.method === undefined) return;
      program.call(method, setter.method, false);
      graph.flow(from, program.parameter(setter.method, 0));
    });
  };
  if (object === undefined) return stray();
  graph.watch(object, (thing) => {
    if (thing === undefined) return stray();
    if (name === undefined || thing.kind === "list") graph.flow(from, things.computed(thing));
    else writeOwn(walk, thing, name, { from, method });
  });
  program.otherwise(object, { at: method, byName: stray });
}

function writeOwn(
  { program }: Walk,
  thing: Thing,
  name: string,
  { from, method }: { from: number | undefined; method: number },
): void {
  const { graph, things } = program;
  if (from !== undefined) {
    graph.flow(from, things.own(thing, name));
    if (name === "__proto__") things.inherit(thing, from);
  }
  program.whenAccessor("set", name, () => {
    graph.watch(things.read(thing, `set ${name}`), (setter) => {
      if (setter?.method === undefined) return;
      program.call(method, setter.method, false);
      graph.hold(program.self(setter.method), thing);
      graph.flow(from, program.parameter(setter.method, 0));
    });
  });
}
