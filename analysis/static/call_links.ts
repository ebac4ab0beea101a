import { MAX_ARGUMENTS } from "./constants.ts";
import type { Program } from "./program.ts";

/** A call in the source. */
export interface CallSite {
  readonly caller: number;
  readonly line: number;
  /** Vertices of the arguments, and of what the call gives. */
  readonly given: readonly (number | undefined)[];
  readonly result: number;
  /** The callee's name is bound once. */
  readonly certain: boolean;
  /** The same, or a part of something of the host whose name is bound once. */
  readonly certainHost: boolean;
  /** For `this.m()`: the class it stands in, whose own methods are certain. */
  readonly own?: { readonly owner: string; readonly url: string };
}

/** Links a call to all that its callee's vertex may hold: arguments to parameters, the result back, the host to the caller. */
export function linkCall(program: Program, target: number, site: CallSite): void {
  const { graph, methods } = program;
  const { caller, given, result, certain, own } = site;
  graph.watch(target, (token) => {
    if (token.kind === "method") {
      const { owner, url } = methods[token.index]!;
      program.call(
        caller,
        token.index,
        certain || (own !== undefined && own.owner === owner && own.url === url),
      );
      for (const [i, value] of given.slice(0, MAX_ARGUMENTS).entries()) {
        if (value !== undefined) graph.flow(value, program.parameter(token.index, i));
      }
      graph.flow(program.results[token.index], result);
    } else if (token.kind === "host") linkHostCall(program, token.path, site);
  });
}

function linkHostCall(
  program: Program,
  called: string,
  { caller, line, given, result, certainHost }: CallSite,
): void {
  if (called === "eval" || called === "Function") program.opaque.add(caller);
  program.use(caller, { path: called, line, certain: certainHost });
  linkCallbacks(program, caller, given);
  const path = program.table.derive(called, "()");
  if (path !== undefined) program.graph.hold(result, { kind: "host", path });
}

/** Functions among the arguments are called by whoever called. */
export function linkCallbacks(
  program: Program,
  caller: number,
  given: readonly (number | undefined)[],
): void {
  for (const value of given) {
    if (value === undefined) continue;
    program.graph.watch(value, (token) => {
      if (token.kind === "method") program.call(caller, token.index, true);
      else if (token.kind === "host") program.use(caller, { path: token.path, line: 0, certain: false });
    });
  }
}
