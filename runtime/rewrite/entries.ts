import { hasIdentity } from "./captures.ts";
import { enginePosition } from "./engine_position.ts";
import { EnteredSites } from "./entered.ts";
import type { Insertions } from "./insertions.ts";
import type { Node, Scope, Site } from "./model.ts";
import type { Piece, Style } from "./render.ts";
import { hasDeclarations, homesOf, type ScopeIdentities } from "./scope_identities.ts";
import { depthOf, hasSimpleParams, isAsked, isExpressionBody } from "./site_facts.ts";
import { bodyStart } from "./syntax.ts";

/** Puts in what stands at the entries of functions: checks that let closures be asked, and migration points. */
export class Entries {
  readonly #put: Insertions;
  readonly #identities: ScopeIdentities;
  /** Functions' own scopes that something captures from, by their nodes. */
  readonly #scopeOf: ReadonlyMap<Node, Scope>;
  readonly #entered: EnteredSites;

  constructor(put: Insertions, identities: ScopeIdentities) {
    this.#put = put;
    this.#identities = identities;
    this.#entered = new EnteredSites(put.analysis);
    this.#scopeOf = new Map(
      put.analysis.scopes.filter((scope) => scope.kind === "function").map((scope) => [scope.node, scope]),
    );
  }

  put(site: Site): void {
    const asks = site.owner === null && site.refused === null && isAsked(site);
    const point = this.#put.hasPoint(site);
    const scope = this.#scopeOf.get(site.node);
    const shared = scope !== undefined && hasDeclarations(scope);
    if (!asks && this.#entered.has(site)) this.#watchEntry(site);
    if (!asks && !point && !(isExpressionBody(site.node) && shared)) return;
    if (asks) { for (const param of site.node.params) this.#guardPattern(site, param, false); }
    if (site.node.body.type === "BlockStatement") this.#blockEntry(site, asks, point);
    else this.#expressionEntry(site, asks, point);
  }

  /**
   * A function that is asked takes its parameters apart before its check is reached. What they are given makes no default be
   * evaluated, but in a rest; computed keys always are.
   */
  #guardPattern(site: Site, pattern: Node, inRest: boolean): void {
    switch (pattern?.type) {
      case "RestElement":
        return this.#guardPattern(site, pattern.argument, true);
      case "AssignmentPattern":
        if (inRest) this.#unlessAsked(site, pattern.right);
        return this.#guardPattern(site, pattern.left, inRest);
      case "ArrayPattern":
        for (const element of pattern.elements) this.#guardPattern(site, element, inRest);
        return;
      case "ObjectPattern":
        for (const property of pattern.properties) {
          if (property.computed) this.#unlessAsked(site, property.key);
          this.#guardPattern(site, property.value ?? property, inRest);
        }
    }
  }

  #unlessAsked(site: Site, { start, end }: Node): void {
    const depth = depthOf(site) + 0.4;
    this.#put.open(start, depth, (style) => `${style.own("K")}!==void 0?"":(`);
    this.#put.close(end, depth, () => ")");
  }

  /** What is put in behind a directive without a semicolon would go on with it. */
  endDirectives({ node }: Site): void {
    if (node.body?.type !== "BlockStatement") return;
    const at = bodyStart(node.body);
    const bare = at > node.body.start + 1 && this.#put.analysis.source[at - 1] !== ";";
    if (bare) this.#put.open(at, 0, () => ";");
  }

  /** At a guest, what isn't asked either has a check too: once a method is over, nothing of the app's may be entered any more. */
  #watchEntry(site: Site): void {
    const { body } = site.node;
    const depth = depthOf(site) + 0.65;
    const check = (style: Style) => `${style.own("K")}!==void 0&&${style.own("K")}()`;
    if (body.type === "BlockStatement") {
      return this.#put.open(bodyStart(body), depth, (style) => style.watches ? `${check(style)};` : "");
    }
    this.#put.open(body.start, depth, (style) => style.watches ? `(${check(style)},` : "");
    this.#put.close(body.end, depth, (style) => style.watches ? ")" : "");
  }

  #blockEntry(site: Site, asks: boolean, point: boolean): void {
    const at = bodyStart(site.node.body);
    const depth = depthOf(site) + 0.6;
    if (asks) {
      this.#put.open(
        at,
        depth,
        (style) => `${this.#asked(site, style)};`,
      );
    }
    if (!point) return;
    const parameters = this.#parameters(site);
    this.#put.renderer.add({
      at,
      end: at,
      side: "open",
      depth,
      text: (style) => style.points ? this.#point(site, style, parameters.args) : "",
      moved: parameters.bind,
    });
  }

  #expressionEntry(site: Site, asks: boolean, point: boolean): void {
    const { body, end } = site.node;
    const depth = depthOf(site) + 0.6;
    // A closure is asked before its migration point is reached: asking must not migrate it.
    const asked = (style: Style) => asks ? `${this.#asked(site, style)};` : "";
    const at = this.#afterArrow(site.node);
    const parameters = point ? this.#parameters(site) : undefined;
    const pointed = (style: Style) =>
      parameters !== undefined && style.points ? this.#point(site, style, parameters.args) : "";
    const scope = this.#scopeOf.get(site.node);
    const own = scope !== undefined && hasIdentity(scope) ? scope : undefined;
    const identity = (style: Style) => {
      if (own === undefined) return "";
      return own.headed && !(point && style.points)
        ? this.#identities.restAnew(own)
        : this.#identities.identity(own, style);
    };
    const homes = scope === undefined ? "" : homesOf(scope);
    const entry = (style: Style) => homes + identity(style) + asked(style) + pointed(style);
    const declares = scope !== undefined && hasDeclarations(scope);
    if (body.type === "ChainExpression" && !point && !declares) return this.#chainEntry(site);
    const whole = (style: Style, text: (entry: string) => string) =>
      asks || declares || (point && style.points) ? text(entry(style)) : "";
    this.#put.renderer.add({
      at,
      end: at,
      side: "open",
      depth,
      text: (style) => whole(style, (text) => `{${text}`),
      ...(parameters !== undefined && { moved: parameters.bind }),
    });
    this.#put.renderer.add({
      at,
      end: at,
      side: "open",
      depth,
      text: (style) => whole(style, () => "return("),
      standsFor: enginePosition(body, this.#put.analysis.source),
    });
    this.#put.close(end, depth, (style) => whole(style, () => ")}"));
  }

  /** For V8 an optional chain has no position: a statement around it must have none either. */
  #chainEntry(site: Site): void {
    const { body } = site.node;
    const depth = depthOf(site) + 0.7;
    this.#put.open(
      body.start,
      depth,
      (style) => `${style.own("K")}!==void 0?${style.own("K")}(${this.#put.accessor(site, style)}):(`,
    );
    this.#put.close(body.end, depth, () => ")");
  }

  #asked(site: Site, style: Style): string {
    return `if(${style.own("K")}!==void 0)return ${style.own("K")}(${this.#put.accessor(site, style)})`;
  }

  #point(site: Site, style: Style, args: string): string {
    const prefix = this.#put.prefix;
    const name = `${prefix}M${site.index}`;
    const self = site.kind === "arrow" ? "void 0" : "this";
    const accessor = site.owner === null && isAsked(site) ? `,${this.#put.accessor(site, style)}` : "";
    const call = `${name}(${self},${args}${accessor})`;
    const result = `${prefix}r`;
    return site.isAsync
      ? `if(${name}!==void 0){let ${result}=${call};if(${result}!==void 0&&(${result}.p===void 0||(${result}=await ${result}.p)!==void 0))return ${result}.v}`
      : `if(${name}!==void 0){const ${result}=${call};if(${result}!==void 0)return ${result}.v}`;
  }

  /**
   * The arguments of a migrating call as they came, before any default or pattern is evaluated: those belong to the
   * method. Parameters that aren't plain names move into the body; `length` stays.
   */
  #parameters(site: Site): { args: string; bind: (style: Style) => Piece[] } {
    const { params } = site.node;
    if (site.kind === "setter" && params[0].type === "AssignmentPattern") return this.#setterParameter(site);
    if (hasSimpleParams(site)) {
      const names = params.map((param: Node) => param.name).join(",");
      return {
        args: site.usesArguments && site.kind !== "arrow" ? "arguments" : `[${names}]`,
        bind: () => [],
      };
    }
    const prefix = this.#put.prefix;
    const counted = params.findIndex((param: Node) =>
      param.type === "AssignmentPattern" || param.type === "RestElement"
    );
    const leading: Node[] = counted < 0 ? params : params.slice(0, counted);
    const rest: Node[] = counted < 0 ? [] : params.slice(counted);
    const names = leading.map((param, i) => param.type === "Identifier" ? param.name : `${prefix}p${i}`);
    const signature = [...names, ...(rest.length > 0 ? [`...${prefix}a`] : [])].join(",");
    const first = params[0];
    const last = params.at(-1);
    this.#put.renderer.add({
      at: first.start,
      end: last.end,
      side: "open",
      depth: depthOf(site) + 0.1,
      when: (style) => style.points && style.moving !== site,
      text: () => signature,
    });
    const bind = (style: Style): Piece[] => {
      if (!style.points) return [];
      const moving = { ...style, moving: site };
      const pieces: Piece[] = [];
      const put = (text: string) => pieces.push({ text, from: -1 });
      const move = (node: Node) =>
        pieces.push(...this.#put.renderer.pieces(node.start, node.end, moving, depthOf(site) + 0.5));
      leading.forEach((param, i) => {
        if (param.type === "Identifier") return;
        put(pieces.length > 0 ? "," : "var ");
        move(param);
        put(`=${prefix}p${i}`);
      });
      if (rest.length > 0) {
        put(pieces.length > 0 ? ",[" : "var [");
        rest.forEach((param, i) => {
          if (i > 0) put(",");
          move(param);
        });
        put(`]=${prefix}a`);
      }
      put(";");
      return pieces;
    };
    return { args: `[${signature}]`, bind };
  }

  /** A setter can have no rest parameter. */
  #setterParameter(site: Site): { args: string; bind: (style: Style) => Piece[] } {
    const [{ start, end }] = site.node.params;
    const given = `${this.#put.prefix}p0`;
    const depth = depthOf(site) + 0.1;
    const when = (style: Style) => style.points && style.moving !== site;
    this.#put.renderer.add({ at: start, end, side: "open", depth, when, text: () => `${given}=void 0` });
    const bind = (style: Style): Piece[] =>
      style.points
        ? [
          { text: "var{v:", from: -1 },
          ...this.#put.renderer.pieces(start, end, { ...style, moving: site }, depthOf(site) + 0.5),
          { text: `}={v:${given}};`, from: -1 },
        ]
        : [];
    return { args: `[${given}]`, bind };
  }

  #afterArrow(node: Node): number {
    const { source } = this.#put.analysis;
    let at = node.params.length > 0 ? node.params.at(-1).end : node.start;
    while (at < node.end) {
      if (source.startsWith("//", at)) at = source.indexOf("\n", at);
      else if (source.startsWith("/*", at)) at = source.indexOf("*/", at) + 2;
      else if (source.startsWith("=>", at)) return at + 2;
      else at++;
    }
    throw new RangeError(`Cannot find the arrow of ${node.type} at ${node.start}: none before ${node.end}`);
  }
}
