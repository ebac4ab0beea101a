import type { Node } from "../../runtime/rewrite/mod.ts";
import { readProperty } from "./properties.ts";
import type { Thing } from "./things.ts";
import type { Walk } from "./walk.ts";

/** What going through something gives; the methods that this runs (generators, iterators) are called where the walk stands. */
export function iterate(walk: Walk, object: number): number {
  const { program, at: { method } } = walk;
  const { graph, things } = program;
  const result = graph.vertex();
  const resumed = (generator: number): void => {
    program.call(method, generator, false);
    graph.flow(program.yields(generator), result);
  };
  const done = new Set<number>();
  /** An iterator's `next`, once for each method that gives iterators. */
  const step = (giver: number): void => {
    if (done.has(giver)) return;
    done.add(giver);
    graph.watch(program.returned(giver), (thing) => {
      if (thing?.kind === "generator") resumed(thing.method!);
      else if (thing?.kind === "object") graph.watch(things.readToCall(thing, "next"), stepped);
    });
  };
  const stepped = (next: Thing | undefined): void => {
    if (next?.method === undefined || done.has(-1 - next.method)) return;
    done.add(-1 - next.method);
    program.call(method, next.method, false);
    graph.watch(program.resultOf(next.method), (given) => {
      if (given?.kind === "object") graph.flow(things.read(given, "value"), result);
    });
  };
  graph.watch(object, (thing) => {
    if (thing === undefined) return;
    if (thing.kind === "list") return graph.flow(things.computed(thing), result);
    if (thing.kind === "generator") return resumed(thing.method!);
    if (thing.kind !== "object") return;
    for (const symbol of ["@@iterator", "@@asyncIterator"]) {
      graph.watch(things.readToCall(thing, symbol), (iterator) => {
        if (iterator?.method === undefined) return;
        program.call(method, iterator.method, false);
        step(iterator.method);
      });
    }
  });
  return result;
}

/** What stands in a list, or under any name of an object. */
export function elementsOf(walk: Walk, object: number, node: Node): number {
  return readProperty(walk, object, undefined, { node });
}
