import type { Site } from "./model.ts";

/**
 * Gives every site its method id (DESIGN: `path#Class.method`, `#Class.static method`, `#get x`, `#outer.inner`;
 * `#Foo.prototype.run` and `#exports.read` where that is what it is assigned to; other anonymous ones and duplicates with an
 * ordinal, `#outer.<2>`).
 */
export function nameSites(sites: readonly Site[], path: string): void {
  const used = new Map<string, number>();
  const anonymous = new Map<string, number>();
  for (const site of sites) {
    const outer = outerLabel(site);
    const base = baseName(site);
    let label: string;
    if (base === "") {
      const ordinal = (anonymous.get(outer) ?? 0) + 1;
      anonymous.set(outer, ordinal);
      label = `${outer}<${ordinal}>`;
    } else label = outer + base;
    const seen = (used.get(label) ?? 0) + 1;
    used.set(label, seen);
    site.label = seen === 1 ? label : `${label}<${seen}>`;
    site.id = `${path}#${site.label}`;
  }
}

function outerLabel(site: Site): string {
  const outer = site.owner ?? site.parent;
  return outer === null ? "" : `${outer.label}.`;
}

function baseName(site: Site): string {
  const name = site.name === "default" && site.kind !== "method" ? "default" : site.name;
  if (name === "") return site.place;
  return site.isStatic ? `static ${name}` : name;
}
