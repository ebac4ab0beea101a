import { scopesOf } from "./captures.ts";
import { depthOf } from "./site_facts.ts";
import type { Site, Variable } from "./model.ts";
import type { Piece, Renderer, Style } from "./render.ts";

/**
 * Closures that use private names or `super`, and classes that use private names of the class around, can be made inside that
 * class's body only. Each class that has such has a door there: a function that brings makers of them out, by site.
 * `(n,T,P,U,O)`: the site, `checked`, `pick` and `above` of the runtime, and the object whose `super` its closures use.
 */
export function doorPieces(
  sites: readonly Site[],
  { renderer, prefix: p, style }: { renderer: Renderer; prefix: string; style: Style },
): Piece[] {
  const text = (text: string): Piece => ({ text, from: -1 });
  return [
    text(`function ${p}f(${p}n,${p}T,${p}P,${p}U,${p}O){switch(${p}n){`),
    ...sites.flatMap((site) => [
      text(`case ${site.index}:return(${makerParameters(site, p)})=>`),
      ...expressionPieces(site, { renderer, prefix: p, style: insideDoor(p, site, style) }),
      text(";"),
    ]),
    text("}}"),
  ];
}

/** What a site's maker is given: scope instances, and for a class heritage and computed names. */
export function makerParameters(site: Site, prefix: string): string {
  const scopes = scopesOf(site).map((scope) => `${prefix}E${scope.index}`);
  return [...scopes, ...(site.kind === "class" ? [`${prefix}H`, `${prefix}Y`] : [])].join(",");
}

/** The site's text as an expression with the name that the function has where it stands. */
export function expressionPieces(
  site: Site,
  { renderer, prefix, style }: { renderer: Renderer; prefix: string; style: Style },
): Piece[] {
  const pieces = renderer.pieces(site.start, site.end, style, depthOf(site));
  const around = (before: string, after: string): Piece[] => [
    { text: before, from: -1 },
    ...pieces,
    { text: after, from: -1 },
  ];
  if (site.kind === "method" || site.kind === "getter" || site.kind === "setter") {
    return site.home === null
      ? around(`${prefix}P({`, "})")
      : around(`${prefix}P(${prefix}U.give({`, `},()=>${style.ref(site.home, true)}))`);
  }
  const name = JSON.stringify(site.name);
  const named = !site.node.id && site.name !== "" && site.name !== "__proto__";
  return named ? around(`({${name}:`, `}[${name}])`) : around("(", ")");
}

/** Variables that are captured from scopes around are properties of what the maker is given. */
export function givenStyle(
  prefix: string,
  site: Site,
): {
  ref: (variable: Variable, read: boolean) => string | undefined;
  own: (name: string) => string | undefined;
} {
  const given = new Set(scopesOf(site));
  return {
    ref({ scope, name, early }, read) {
      if (!given.has(scope)) return undefined;
      const text = `${prefix}E${scope.index}.${name.replace(".", "")}`;
      return read && early ? `(${prefix}T(${text},${JSON.stringify(name)}))` : text;
    },
    own(name) {
      const index = /^s(\d+)$/.exec(name)?.[1];
      const found = index !== undefined && [...given].some((item) => item.index === Number(index));
      return found ? `${prefix}E${index}.${prefix}s` : undefined;
    },
  };
}

function insideDoor(prefix: string, site: Site, around: Style): Style {
  const given = givenStyle(prefix, site);
  return {
    ...around,
    ref: (variable, read) => given.ref(variable, read) ?? around.ref(variable, read),
    own: (name) => given.own(name) ?? around.own(name),
    points: false,
    moving: null,
    making: site,
    renames: true,
  };
}
