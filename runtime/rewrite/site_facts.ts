/** What follows from a site alone, for those who put something into its text. */
import { scopesOf } from "./captures.ts";
import type { Node, Site } from "./model.ts";

/** Why no migration point can stand at the entry of this site; undefined if it can. */
export function pinnedBecause(site: Site): string | undefined {
  if (site.kind === "class" || site.kind === "constructor") {
    return "a constructor's object exists only when it ends";
  }
  if (site.isGenerator) return "a generator runs in whoever calls next()";
  if (site.refused !== null) return site.refused;
  if (site.splitScopes) return "its parameters refer to names that its body declares anew";
  return undefined;
}

/** Whether all parameters are plain names. */
export function hasSimpleParams(site: Site): boolean {
  return site.node.params.every((param: Node) => param.type === "Identifier");
}

/** Whether its closures are told apart by being asked: by what they captured, or by the class whose names they use. */
export function isAsked(site: Site): boolean {
  return scopesOf(site).length > 0 || site.door !== null;
}

export function isExpressionBody(node: Node): boolean {
  return node.type === "ArrowFunctionExpression" && node.body.type !== "BlockStatement";
}

/** How many sites stand around, itself included. */
export function depthOf(site: Site | null): number {
  let depth = 0;
  for (let at = site; at !== null; at = at.parent) depth++;
  return depth;
}
