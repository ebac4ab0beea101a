import { ClassBodies } from "./class_bodies.ts";
import { NODE_WORKERS, NODE_WORKERS_URL } from "./constants.ts";
import { enginePosition, readPosition } from "./engine_position.ts";
import { Entries } from "./entries.ts";
import { Insertions, type InstrumentOptions } from "./insertions.ts";
import { calleeText } from "./kept_iterators.ts";
import type { MadeCall } from "./made_code.ts";
import type { HomeLiteral, KeptIterator, ModuleAnalysis, Node, Scope, Site, SuperUse } from "./model.ts";
import { type Edit, Renderer, type Style } from "./render.ts";
import { ScopeIdentities } from "./scope_identities.ts";
import { depthOf } from "./site_facts.ts";

/**
 * Puts in what makes a module's closures capturable: a marker in each site's text, identities for scopes whose closures
 * share variables that change, a check that lets a closure be asked for what it captured, registration of classes, and
 * the migration points. Nothing spans a line: stack traces keep their lines.
 */
export function instrument(analysis: ModuleAnalysis, options: InstrumentOptions): Renderer {
  const renderer = new Renderer(analysis.source, analysis.references);
  const instrumenter = new Instrumenter(new Insertions(analysis, renderer, options));
  for (const scope of analysis.scopes) instrumenter.scope(scope);
  for (const site of analysis.sites) instrumenter.site(site);
  for (const meta of analysis.metas) instrumenter.meta(meta);
  for (const use of analysis.superUses) instrumenter.superUse(use);
  for (const literal of analysis.homeLiterals) instrumenter.homeLiteral(literal);
  for (const kept of analysis.keptIterators) instrumenter.keptIterator(kept);
  for (const call of analysis.madeCalls) instrumenter.madeCall(call);
  for (const { source } of analysis.program.body) instrumenter.imports(source);
  return renderer;
}

class Instrumenter {
  readonly #put: Insertions;
  readonly #identities: ScopeIdentities;
  readonly #entries: Entries;
  readonly #classes: ClassBodies;

  constructor(put: Insertions) {
    this.#put = put;
    this.#identities = new ScopeIdentities(put);
    this.#entries = new Entries(put, this.#identities);
    this.#classes = new ClassBodies(put);
  }

  scope(scope: Scope): void {
    this.#identities.put(scope);
  }

  site(site: Site): void {
    this.#marker(site);
    this.#entries.endDirectives(site);
    if (site.kind === "class") return this.#classes.put(site);
    if (site.kind === "constructor") return this.#classes.guard(site);
    if (site.computedKey !== null) this.#unnamed(site, site.computedKey);
    this.#entries.put(site);
  }

  #marker(site: Site): void {
    const text = () => `/*!cc:${this.#put.options.key}:${site.index}*/`;
    this.#put.open(this.#markerAt(site), depthOf(site), text);
  }

  #markerAt(site: Site): number {
    const { node, start } = site;
    const { source } = this.#put.analysis;
    if (site.kind === "class") return node.start + "class".length;
    if (site.kind === "function") return node.start + (node.async ? "async".length : "function".length);
    if (site.kind === "arrow") {
      if (node.async) return node.start + "async".length;
      return source[start] === "(" ? start + 1 : node.params[0].end;
    }
    return node.start + 1;
  }

  /** Where a method of an object literal is made anew nothing computes its name: it comes with the function. */
  #unnamed(site: Site, { start, end }: Node): void {
    const when = (style: Style) => style.making === site;
    this.#put.renderer.add({
      at: start,
      end,
      side: "open",
      depth: depthOf(site) + 0.2,
      when,
      text: () => '""',
    });
  }

  superUse({ node, how, self, home, closures }: SuperUse): void {
    const { object, property, computed } = node;
    const p = this.#put.prefix;
    const stand = (style: Style, name: string) => {
      const of = home === null ? `${p}O` : style.ref(home, true);
      return `${p}U.${name}(${of},${style.ref(self.variable!, true)}`;
    };
    const replace = (at: number, end: number, text: Edit["text"]) =>
      this.#put.renderer.add({
        at,
        end,
        side: "open",
        depth: 1e6,
        when: (style) => style.making !== null && closures.has(style.making),
        text,
      });
    if (how === "write") return replace(object.start, object.end, (style) => `${stand(style, "on")})`);
    const name = how === "read" ? "get" : "bound";
    const end = how === "ask" ? ",1)" : ")";
    if (!computed) {
      const key = JSON.stringify(property.name);
      return replace(node.start, node.end, (style) => `${stand(style, name)},${key}${end}`);
    }
    replace(node.start, property.start, (style) => `${stand(style, name)},`);
    replace(property.end, node.end, () => end);
  }

  /** Keeps the object for closures of its methods. */
  homeLiteral({ node, site, home }: HomeLiteral): void {
    const depth = depthOf(site) + 0.9;
    this.#put.open(node.start, depth, (style) => `(${style.ref(home, false)}=`);
    this.#put.close(node.end, depth, () => ")");
  }

  /** `import.meta` means something in a module's own text only. */
  meta({ start, end }: Node): void {
    this.#put.renderer.add({
      at: start,
      end,
      side: "open",
      depth: Number.MAX_SAFE_INTEGER,
      when: (style) => style.apart,
      text: (style) => style.own("A"),
    });
  }

  /**
   * `V(1,x,x.values())`; what has effects is evaluated once: `V(1,W(W(Z=f(),1),1,"f(...).values"),Z.values(),Z=void 0)`.
   * `W` fails as the call would, which now stands elsewhere and has another text.
   */
  keptIterator({ node, asked, site }: KeptIterator): void {
    const { object } = node.callee;
    const depth = depthOf(site) + 0.8;
    const named = object.type === "Identifier" || object.type === "ThisExpression";
    this.#put.renderer.add({
      at: node.start,
      end: node.start,
      side: "open",
      depth,
      text: (style) => `${style.own("V")}(${asked},`,
      moved: (style) =>
        named
          ? [...this.#put.renderer.pieces(object.start, object.end, style, depth + 0.1), {
            text: ",",
            from: -1,
          }]
          : [],
    });
    const text = JSON.stringify(calleeText(node.callee)) ?? "void 0";
    if (!named) {
      const check = (position: number) =>
        this.#put.renderer.add({
          ...{ at: node.start, end: node.start, side: "open", depth, standsFor: position },
          text: (style) => `${style.own("W")}(`,
        });
      check(enginePosition(node, this.#put.analysis.source));
      check(readPosition(node.callee, this.#put.analysis.source));
      this.#put.open(node.start, depth, (style) => `${style.own("Z")}=`);
      this.#put.close(object.end, depth, (style) => `,${asked}),${asked},${text}),${style.own("Z")}`);
    }
    this.#put.close(node.end, depth, (style) => named ? ")" : `,${style.own("Z")}=void 0)`);
  }

  /**
   * `F(X=B(Function,[…]),X.text===void 0?new Function(X.args[0],…):X.eval(X.text))`: what can be rewritten is evaluated in the
   * function's stead, here: stack traces name the place.
   */
  madeCall({ node, constructorName, given, isApplied, site }: MadeCall): void {
    const { source } = this.#put.analysis;
    const p = this.#put.prefix;
    // A maker on the device stands outside of the module that has what is called here.
    const add = (at: number, end: number, text: string, standsFor?: number) =>
      this.#put.renderer.add({
        ...{ at, end, side: at === node.end ? "close" : "open", depth: depthOf(site) + 0.8 },
        ...(standsFor !== undefined && { standsFor }),
        when: (style) => style.points || style.watches,
        text: () => text,
      });
    const called = node.type === "NewExpression" ? node.start : enginePosition(node, source);
    const list = isApplied || node.arguments.some(({ type }: Node) => type === "SpreadElement")
      ? `${isApplied ? "" : "..."}${p}X.args`
      : node.arguments.map((_: Node, i: number) => `${p}X.args[${i}]`).join();
    const before = source.slice(called, given).replace(/\s+/g, " ");
    add(node.start, node.start, `${p}F(${p}X=`);
    add(node.start, given, `${p}B(${constructorName.name},${isApplied ? "" : "["}`, called);
    add(
      node.end - 1,
      node.end,
      `${isApplied ? ",1" : "]"}),${p}X.text===void 0?${source.slice(node.start, called)}`,
    );
    add(node.end, node.end, `${before}${list})`, called);
    add(node.end, node.end, `:${p}X.`);
    add(node.end, node.end, `eval(${p}X.text))`, called);
  }

  imports(source: Node): void {
    if (!NODE_WORKERS.includes(source?.value)) return;
    this.#put.replace(source.start, source.end, 0, () => JSON.stringify(NODE_WORKERS_URL));
  }
}
