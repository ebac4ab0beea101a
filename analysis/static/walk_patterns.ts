import type { Node } from "../../runtime/rewrite/mod.ts";
import { assignDescriptor } from "./descriptors.ts";
import { iterate } from "./iteration.ts";
import { readProperty, writeProperty } from "./properties.ts";
import type { Walk } from "./walk.ts";

/** Binds what `from` may hold to the names of a pattern. `declares`: the pattern only names them. */
export function bindPattern(walk: Walk, pattern: Node, from: number | undefined, declares = false): void {
  const { graph } = walk.program;
  switch (pattern?.type) {
    case "Identifier": {
      const variable = walk.find(pattern.name);
      if (variable === undefined) {
        return graph.flow(from, walk.program.things.own(walk.program.world, pattern.name));
      }
      if (!declares) walk.touch(variable, "writes");
      return graph.flow(from, walk.vertexOf(variable));
    }
    case "MemberExpression":
      return assignMember(walk, pattern, from);
    case "AssignmentPattern": {
      const vertex = graph.vertex();
      graph.flow(from, vertex);
      graph.flow(walk.value(pattern.right), vertex);
      return bindPattern(walk, pattern.left, vertex, declares);
    }
    case "RestElement":
      return bindPattern(walk, pattern.argument, from, declares);
    case "ArrayPattern": {
      const element = from === undefined ? undefined : iterate(walk, from);
      for (const item of pattern.elements) {
        bindPattern(walk, item, item?.type === "RestElement" ? from : element, declares);
      }
      return;
    }
    case "ObjectPattern":
      for (const property of pattern.properties) {
        if (property.type === "RestElement") bindPattern(walk, property.argument, from, declares);
        else {
          if (property.computed) walk.value(property.key);
          const value = readProperty(walk, from, walk.keyOf(property), { node: property });
          bindPattern(walk, property.value, value, declares);
        }
      }
  }
}

/** Walks an assignment; the vertex of its value. */
export function assign(walk: Walk, { left, right, operator }: Node): number | undefined {
  const { graph } = walk.program;
  if (operator === "=") {
    const value = walk.value(right);
    const copied = copiedFrom(left, right);
    if (copied !== undefined) return copyAll(walk, { left, copied, value });
    bindPattern(walk, left, value);
    return value;
  }
  const before = walk.value(left), after = walk.value(right);
  if (!/^(\|\||&&|\?\?)=$/.test(operator)) {
    bindPattern(walk, left, undefined);
    return undefined;
  }
  bindPattern(walk, left, after);
  const result = graph.vertex();
  graph.flow(before, result);
  graph.flow(after, result);
  return result;
}

/** The object that `to[key] = from[key]` copies from. */
function copiedFrom(left: Node, right: Node): Node | undefined {
  if (left.type !== "MemberExpression" || right.type !== "MemberExpression") return undefined;
  const isSame = left.computed && right.computed && left.property.type === "Identifier" &&
    right.property.type === "Identifier" && left.property.name === right.property.name;
  return isSame && right.object.type !== "Super" && left.object.type !== "Super" ? right.object : undefined;
}

/** Properties that are copied name by name keep their names. */
function copyAll(
  walk: Walk,
  { left, copied, value }: { left: Node; copied: Node; value: number | undefined },
): number | undefined {
  const { graph, things } = walk.program;
  const to = walk.value(left.object), from = walk.value(copied);
  walk.value(left.property);
  if (to === undefined || from === undefined) {
    bindPattern(walk, left, value);
    return value;
  }
  graph.watch(from, (source) => {
    if (source === undefined || source.kind === "host") return;
    graph.watch(to, (target) => {
      if (target === undefined || target.kind === "host") return;
      things.copy(source, target);
      graph.flow(things.computed(source), things.computed(target));
    });
  });
  return value;
}

function assignMember(walk: Walk, node: Node, from: number | undefined): void {
  const { things, graph, world, table } = walk.program;
  const path = walk.hostPath(node);
  const name = walk.keyOf(node);
  if (node.computed) walk.value(node.property);
  assignDescriptor(walk, node, { kind: name, value: from });
  if (path === undefined) return writeProperty(walk, walk.objectOf(node), name, { from, node });
  if (table.has(path)) walk.host(path, node);
  graph.flow(from, graph.named(`property ${name ?? "[]"}`));
  graph.flow(from, things.own(world, path));
}
