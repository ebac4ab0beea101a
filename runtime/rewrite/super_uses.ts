import type { HomeLiteral, Node, Reference, Scope, Site, SuperUse, Variable } from "./model.ts";
import { needDoor } from "./resolve.ts";
import type { ScopeTree } from "./scope_tree.ts";
import { isArrow } from "./syntax.ts";

/** An object literal that is being visited. */
export interface OpenLiteral {
  readonly node: Node;
  readonly scope: Scope;
  readonly site: Site | null;
  /** The scope whose own code may run more than once in it, or stands before its body. */
  readonly repeated: Scope | null;
  /** Holds the object; null if nothing can, undefined until a method uses `super`. */
  home: Variable | null | undefined;
}

/** Notes that `name` is meant where a node begins, without being named there. */
export type ReferSilently = (node: Node, name: string) => Reference;

/** `super.x`: methods of object literals, and closures inside methods, are made anew with what has that `super`. */
export class SuperUses {
  readonly uses: SuperUse[] = [];
  readonly homeLiterals: HomeLiteral[] = [];
  readonly #tree: ScopeTree;
  readonly #prefix: string;
  readonly #refer: ReferSilently;
  readonly #literals = new Map<Site, OpenLiteral>();
  /** How properties of `super` are used, unless they are read. */
  readonly #ways = new Map<Node, SuperUse["how"]>();

  constructor(tree: ScopeTree, { prefix, refer }: { prefix: string; refer: ReferSilently }) {
    this.#tree = tree;
    this.#prefix = prefix;
    this.#refer = refer;
  }

  /** A method of an object literal. */
  addMethod(site: Site, literal: OpenLiteral): void {
    this.#literals.set(site, literal);
  }

  /** How an expression that is visited next is used, should it be a property of `super`. */
  noteWay(node: Node, how: SuperUse["how"]): void {
    if (node.object?.type === "Super") this.#ways.set(node, how);
  }

  /** A property of `super` where the visit is. */
  visit(node: Node): void {
    const { scope: innermost, site: from } = this.#tree;
    let scope: Scope | null = innermost;
    while (
      scope !== null && (scope.kind !== "function" || isArrow(scope.node)) && scope.kind !== "initialiser"
    ) {
      scope = scope.parent;
    }
    const member = scope?.kind === "function" ? scope.site : null;
    const literal = member === null ? undefined : this.#literals.get(member);
    if (literal !== undefined) return this.#ofLiteral(node, member!, literal);
    const owner = scope?.kind === "initialiser" ? scope.site : member?.owner;
    if (scope === null || !owner || from === member || from === owner) return;
    const isStatic = member?.isStatic ?? (scope.node.type === "StaticBlock" || scope.node.static === true);
    const self = this.#refer(node, "this");
    const closures = needDoor(from, owner);
    for (const site of closures) site.staticSuper = isStatic;
    this.uses.push({ node, how: this.#wayOf(node), self, home: null, closures });
  }

  #ofLiteral(node: Node, member: Site, literal: OpenLiteral): void {
    const home = literal.home ??= this.#homeOf(literal);
    const from = this.#tree.site;
    if (home === null) {
      for (let site = from; site !== member.parent; site = site!.parent) {
        site!.refused ??= "it uses super of an object for which nothing can stand";
      }
      return;
    }
    this.#refer(node, home.name);
    const self = this.#refer(node, "this");
    member.home = home;
    const closures = new Set<Site>();
    for (let site = from!; site !== member; site = site.parent!) {
      if (site.kind !== "class") closures.add(site);
    }
    if (closures.size > 0) this.uses.push({ node, how: this.#wayOf(node), self, home, closures });
  }

  #wayOf(node: Node): SuperUse["how"] {
    return this.#ways.get(node) ?? "read";
  }

  /** What holds the object while its scope lives; null where one instance of the scope may make several. */
  #homeOf({ node, scope, site, repeated }: OpenLiteral): Variable | null {
    let around = scope;
    while (around.kind === "class" || around.kind === "loop" || around.node.type === "SwitchStatement") {
      around = around.parent!;
    }
    if (around.kind !== "root" && around.identityAt < 0) return null;
    for (let at = repeated; at !== null; at = at.parent) if (at === around) return null;
    const name = `${this.#prefix}h${this.homeLiterals.length}`;
    const home = this.#tree.declare(name, "const", 0, around);
    this.homeLiterals.push({ node, site, home });
    around.homes.push(home);
    return home;
  }
}
