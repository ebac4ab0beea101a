import type { Node } from "../../runtime/rewrite/mod.ts";
import { keyOf } from "./names.ts";
import { writeProperty } from "./properties.ts";
import type { Thing } from "./things.ts";
import type { Walk } from "./walk.ts";

/** A property that is defined by a descriptor, and what the source says of it. */
interface Described {
  /** What the object may be. */
  readonly object: number;
  /** Undefined if the source doesn't say it. */
  readonly name: string | undefined;
  readonly node: Node;
}

/** `Object.defineProperty(object, name, descriptor)`. */
export function defineProperty(
  walk: Walk,
  node: Node,
  { object, descriptor }: { object: number; descriptor: number },
): void {
  const [, key, literal] = node.arguments;
  const name = nameOf(walk, key);
  const own = name === undefined ? sameNames(key, literal) : undefined;
  if (own !== undefined) {
    const from = walk.value(own.of);
    if (from !== undefined && own.isCopy) copyNames(walk, from, object);
    else if (from !== undefined) return gettersByName(walk, from, object);
  }
  const described = { object, name, node };
  if (literal?.type === "ObjectExpression") return describe(walk, walk.made(literal, "object"), described);
  walk.program.graph.watch(descriptor, (thing) => {
    if (thing?.kind === "object") describe(walk, thing, described);
  });
}

/** `Object.defineProperties(object, descriptors)`, and what `Object.create` does with its second argument. */
export function defineProperties(walk: Walk, node: Node, object: number): void {
  const { graph, things } = walk.program;
  const literal = node.arguments[1];
  if (literal?.type === "ObjectExpression") {
    for (const property of literal.properties) {
      const name = property.type === "SpreadElement" ? undefined : walk.keyOf(property);
      if (name === undefined || property.value.type !== "ObjectExpression") continue;
      describe(walk, walk.made(property.value, "object"), { object, name, node });
    }
    return;
  }
  const descriptors = literal === undefined ? undefined : walk.value(literal);
  if (descriptors === undefined) return;
  const { at } = walk;
  graph.watch(descriptors, (all) => {
    if (all?.kind !== "object") return;
    walk.program.afterFirst(() => {
      for (const name of [...all.shape.own.keys()]) {
        graph.watch(things.own(all, name), (given) => {
          if (given?.kind !== "object") return;
          walk.within(at, () => describe(walk, given, { object, name, node }));
        });
      }
    });
  });
}

function describe(walk: Walk, given: Thing, { object, name, node }: Described): void {
  const { program } = walk;
  const { graph, things } = program;
  // A descriptor is read at once: what is written to unknown objects meanwhile is none of it.
  const part = (of: string) => given.shape.certain.has(of) ? things.own(given, of) : things.read(given, of);
  writeProperty(walk, object, name, { from: part("value"), node });
  for (const kind of ["get", "set"] as const) {
    graph.watch(part(kind), (accessor) => {
      if (accessor?.method === undefined) return;
      const value = graph.holding(accessor);
      program.accessor(kind, name ?? "[]", { value });
      graph.watch(object, (of) => of && program.accessor(kind, name ?? "[]", { value, of }));
    });
  }
}

function nameOf(walk: Walk, key: Node): string | undefined {
  if (key?.type === "Literal") return String(key.value);
  if (key?.type !== "Identifier") return undefined;
  return walk.names.textOf(walk.find(key.name), walk.at.locals);
}

/**
 * The object whose properties are defined anew under their own names, as bundlers do for modules: by `{ get: all[name] }`, or, if
 * `isCopy`, by `{ get: () => all[name] }`.
 */
function sameNames(key: Node, literal: Node): { of: Node; isCopy: boolean } | undefined {
  if (key?.type !== "Identifier" || literal?.type !== "ObjectExpression") return undefined;
  const getter = literal.properties.find((one: Node) => one.key?.name === "get")?.value;
  const plain = getter?.type === "MemberExpression" ? getter : returnedBy(getter);
  const isSame = plain?.type === "MemberExpression" && plain.computed &&
    plain.property.type === "Identifier" && plain.property.name === key.name;
  return isSame ? { of: plain.object, isCopy: plain !== getter } : undefined;
}

function returnedBy(getter: Node): Node | undefined {
  if (getter?.type === "ArrowFunctionExpression" && getter.expression) return getter.body;
  const [only, ...more] = getter?.body?.body ?? [];
  return only?.type === "ReturnStatement" && more.length === 0 ? only.argument : undefined;
}

function copyNames({ program: { graph, things } }: Walk, from: number, to: number): void {
  graph.watch(from, (source) => {
    if (source === undefined || source.kind === "host") return;
    graph.watch(to, (target) => target && target.kind !== "host" && things.copy(source, target));
  });
}

function gettersByName({ program }: Walk, from: number, object: number): void {
  const { graph, things } = program;
  // A bundle has thousands, each looked up wherever its name is read.
  if (!graph.tellsObjects && !graph.tellsUnknown) return;
  graph.watch(from, (all) => {
    if (all === undefined || all.kind === "host") return;
    program.afterFirst(() => {
      for (const name of [...all.shape.own.keys()]) {
        const value = things.own(all, name);
        program.accessor("get", name, { value });
        graph.watch(object, (of) => of && program.accessor("get", name, { value, of }));
      }
    });
  });
}

/**
 * `descriptors.size.get = function () {…}`: where objects aren't told apart, the getter of any `size`, as nobody knows whose
 * descriptors these are.
 */
export function assignDescriptor({ program }: Walk, { object }: Node, { kind, value }: {
  kind: string | undefined;
  value: number | undefined;
}): void {
  if (!program.graph.tellsUnknown || (kind !== "get" && kind !== "set")) return;
  const name = object.type === "MemberExpression" ? keyOf(object) : undefined;
  if (name !== undefined) program.accessor(kind, name, { value });
}
