import { scopesOf } from "./captures.ts";
import { doorPieces } from "./doors.ts";
import { keyPosition } from "./engine_position.ts";
import type { Insertions } from "./insertions.ts";
import type { Node, Site } from "./model.ts";
import type { Style } from "./render.ts";
import { depthOf } from "./site_facts.ts";
import { bodyStart } from "./syntax.ts";

/** What compilers call to decorate classes. */
const DECORATES = /\b_*(?:apply_decs|esDecorate|ts_decorate|decorateElement|decorate)\w*\(/;

/** Lets classes register themselves, and be made anew without running what the program put into them. */
export class ClassBodies {
  readonly #put: Insertions;
  /** Whether classes may be decorated: what their members were is then asked for at once. */
  readonly #decorates: boolean;

  constructor(put: Insertions) {
    this.#put = put;
    this.#decorates = DECORATES.test(put.analysis.source);
  }

  put(site: Site): void {
    const { node } = site;
    const depth = depthOf(site) + 0.2;
    const when = (style: Style) => style.making === site;
    if (node.superClass !== null) {
      this.#put.renderer.add({
        at: node.superClass.start,
        end: node.superClass.end,
        side: "open",
        depth,
        when,
        text: () => `${this.#put.prefix}H`,
      });
    }
    site.keyed.forEach(({ key, member }, i) => {
      this.#put.renderer.add({
        at: key.start,
        end: key.end,
        side: "open",
        depth,
        when,
        text: () => `${this.#put.prefix}Y[${i}]`,
      });
      if (member === null && site.refused === null) this.#fieldKey(site, key, depth);
    });
    if (site.refused === null) this.#registered(site, depth);
    const guarded = site.privates.some((item) => !item.isStatic);
    for (const element of node.body.body) this.#element(site, element, guarded, depth);
  }

  /**
   * Notes what names a field of instances, for the registration to take. By `new`: an assignment or a call would change the names
   * that V8 makes up for anonymous functions of the expression around the class; in parentheses it takes no part in them.
   */
  #fieldKey(site: Site, key: Node, depth: number): void {
    const when = (style: Style) => style.making !== site;
    this.#put.renderer.add({
      at: key.start,
      end: key.start,
      side: "open",
      depth,
      when,
      text: (style) => `new(${style.own("N")})(`,
      standsFor: keyPosition(key, this.#put.analysis.source),
    });
    this.#put.renderer.add({
      at: key.end,
      end: key.end,
      side: "close",
      depth,
      when,
      text: () => ")",
    });
  }

  #element(site: Site, element: Node, guarded: boolean, depth: number): void {
    const drop = (at: number, end: number, text = "") =>
      this.#put.renderer.add({
        at,
        end,
        side: "open",
        depth,
        when: (style) => style.making === site,
        text: () => text,
      });
    if (element.type === "StaticBlock") return drop(element.start, element.end);
    if (element.type !== "PropertyDefinition") return;
    if (element.static && element.key.type !== "PrivateIdentifier") {
      return drop(element.start, element.end, ";");
    }
    if (element.static) {
      if (element.value) drop(element.key.end, element.value.end);
      return;
    }
    if (!guarded || !element.value || isInert(element.value)) return;
    this.#put.open(element.value.start, depth + 0.1, (style) => `${style.own("I")}!==void 0?void 0:(`);
    this.#put.close(element.value.end, depth + 0.1, () => ")");
  }

  guard(site: Site): void {
    const owner = site.owner!;
    if (!owner.privates.some((item) => !item.isStatic)) return;
    const derived = owner.node.superClass !== null;
    const then = derived ? "{super();return}" : "return;";
    this.#put.open(
      bodyStart(site.node.body),
      depthOf(site) + 0.6,
      (style) => `if(${style.own("I")}!==void 0)${then}`,
    );
  }

  /** Classes are never called to be asked: they register themselves when they come into being. */
  #registered(site: Site, depth: number): void {
    const at = site.node.body.start + 1;
    const doors = site.behind.filter((item) => item.refused === null);
    const fields = site.keyed.filter(({ member }) => member === null).length;
    const isNoted = (style: Style) => fields > 0 && style.making !== site;
    // Behind the door: whether its members are asked for at once, and the names of fields that were noted.
    const rest = (style: Style) =>
      isNoted(style) ? `,${this.#decorates ? 1 : "void 0"},${style.own("L")}` : this.#decorates ? ",1" : "";
    const close = (style: Style) => `)${isNoted(style) ? `;new(${style.own("N")})`.repeat(fields) : ""}}`;
    const hasPrivates = site.privates.length > 0;
    if (doors.length === 0) {
      return this.#put.open(at, depth, (style) => {
        const skipped = rest(style) === "" ? "" : hasPrivates ? ",void 0" : ",void 0,void 0";
        return `static{${this.#registration(site, style)}${skipped}${rest(style)}${close(style)}`;
      });
    }
    const prefix = this.#put.prefix;
    // A method is there before anything static is evaluated. At the end: V8 takes names from the first member.
    this.#put.close(site.node.body.end - 1, depth, () => `;static ${this.#put.brand(site)}(){}`);
    this.#put.renderer.add({
      at,
      end: at,
      side: "open",
      depth,
      text: (style) => `static{${this.#registration(site, style)}${hasPrivates ? "," : ",void 0,"}`,
      moved: (style) => [
        ...doorPieces(doors, { renderer: this.#put.renderer, prefix, style }),
        { text: rest(style) + close(style), from: -1 },
      ],
    });
  }

  /** By `new`, as field names are noted. */
  #registration(site: Site, style: Style): string {
    const register = style.own("C");
    const asked = scopesOf(site).length > 0 || site.door !== null;
    const accessor = asked ? this.#put.accessor(site, style) : "void 0";
    const privates = site.privates.map((item, i) => {
      const has = `case ${3 * i + 2}:return #${item.name} in o`;
      if (item.kind === "accessor") return has;
      const read = `case ${3 * i}:return o.#${item.name};`;
      return item.kind === "method" ? read + has : `${read}case ${3 * i + 1}:o.#${item.name}=v;return;${has}`;
    });
    const access = privates.length > 0
      ? `,function ${this.#put.prefix}f(n,o,v){switch(n){${privates.join(";")}}}`
      : "";
    return `${register}!==void 0&&new(${register})(${site.index},this,${accessor}${access}`;
  }
}

/** Evaluating it does nothing and names nothing: needs no guard. */
function isInert(node: Node): boolean {
  return /^(Literal|ArrowFunctionExpression|FunctionExpression)$/.test(node.type);
}
