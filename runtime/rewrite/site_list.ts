import type { Node, Site, SiteKind } from "./model.ts";
import type { ScopeTree } from "./scope_tree.ts";
import { ShownNames } from "./shown_names.ts";
import { isFixedKey, keyName } from "./syntax.ts";

export const IN_WITH = "it stands in a with statement";

const METHOD_KINDS: ReadonlyMap<string, SiteKind> = new Map([
  ["get", "getter"],
  ["set", "setter"],
  ["constructor", "constructor"],
]);

/** The sites of a module that is being visited, made where the visit is. */
export class SiteList {
  readonly all: Site[] = [];
  /** The name that an anonymous function or class gets where it stands. */
  hint = "";
  /** The property that it is assigned to there. */
  place = "";
  readonly shown: ShownNames;
  readonly #source: string;
  readonly #tree: ScopeTree;
  /** How many `with` statements are around. */
  #withs = 0;

  constructor(source: string, tree: ScopeTree) {
    this.#source = source;
    this.shown = new ShownNames(source);
    this.#tree = tree;
  }

  /** A function or a class. */
  add(kind: SiteKind, node: Node): Site {
    return this.#add(kind, node, { start: node.start, end: node.end });
  }

  /** A method, getter or setter of an object literal (`owner` null) or a class. */
  addMethod(node: Node, owner: Site | null): Site {
    const kind = METHOD_KINDS.get(node.kind) ?? "method";
    const start = owner !== null && node.static ? this.#afterStatic(node) : node.start;
    const key = keyOf(node);
    const name = kind === "getter" ? `get ${key}` : kind === "setter" ? `set ${key}` : key;
    const site = this.#add(kind, node.value, {
      ...{ start, end: node.end },
      ...{ owner, isStatic: node.static === true, name },
    });
    if (node.computed && !isFixedKey(node.key)) {
      if (owner === null) site.computedKey = node.key;
      else owner.keyed.push({ key: node.key, member: site });
    }
    return site;
  }

  /** Visits the body of a `with` statement: nothing can be said of its names. */
  inWith(visit: () => void): void {
    this.#withs++;
    visit();
    this.#withs--;
  }

  get isInWith(): boolean {
    return this.#withs > 0;
  }

  /** Marks the sites around: members of the class (up to the class itself) may use it, others can't be re-created. */
  refuseHere(why: string, ofClass = false): void {
    for (let site = this.#tree.site; site !== null; site = site.parent) {
      if (ofClass && (site.kind === "class" || site.owner !== null)) return;
      site.refused ??= why;
    }
  }

  #add(kind: SiteKind, node: Node, own: Partial<Site> & { start: number; end: number }): Site {
    const site: Site = {
      index: this.all.length,
      kind,
      node,
      parent: this.#tree.site,
      outer: this.#tree.scope,
      owner: null,
      isStatic: false,
      isAsync: node.async === true,
      isGenerator: node.generator === true,
      isStrict: this.#tree.strict || kind === "class",
      isDeclaration: node.type === "FunctionDeclaration",
      name: node.id?.name ?? this.hint,
      place: this.place,
      shown: this.shown.of(node),
      label: "",
      id: "",
      through: new Set(),
      globals: new Set(),
      refused: this.#withs > 0 ? IN_WITH : null,
      usesArguments: false,
      splitScopes: false,
      privates: [],
      keyed: [],
      computedKey: null,
      door: null,
      behind: [],
      staticSuper: false,
      home: null,
      ...own,
    };
    this.all.push(site);
    this.hint = "";
    this.place = "";
    return site;
  }

  /** Start of a static member's text after the keyword, comments skipped as V8 does. */
  #afterStatic(node: Node): number {
    const rest = this.#source.slice(node.start, node.end);
    return node.start + /^static(?:\s|\/\*[\s\S]*?\*\/|\/\/.*)*/.exec(rest)![0].length;
  }
}

/** The name of a property or a member; empty if it is computed. */
export function keyOf({ computed, key }: Node): string {
  if (computed) return "";
  return key.type === "PrivateIdentifier" ? `#${key.name}` : keyName(key);
}
