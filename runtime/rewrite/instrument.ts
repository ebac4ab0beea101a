import { capturesOf, hasAccessor, hasIdentity, isWritable, scopesOf } from "./captures.ts";
import { NODE_WORKERS, NODE_WORKERS_URL, OF_CLASS } from "./constants.ts";
import { doorPieces } from "./doors.ts";
import { enginePosition, keyPosition, readPosition } from "./engine_position.ts";
import { EnteredSites } from "./entered.ts";
import { calleeText } from "./kept_iterators.ts";
import type {
  HomeLiteral,
  KeptIterator,
  ModuleAnalysis,
  Node,
  Scope,
  Site,
  SuperUse,
  Variable,
} from "./model.ts";
import { type Edit, type Piece, Renderer, type Style } from "./render.ts";
import { bodyStart } from "./syntax.ts";

/** What is put into a module. */
export interface InstrumentOptions {
  readonly key: string;
  /** Sites that get a migration point. */
  readonly points: ReadonlySet<number>;
}

/**
 * Puts in what makes a module's closures capturable: a marker in each site's text, identities for scopes whose closures
 * share variables that change, a check that lets a closure be asked for what it captured, registration of classes, and
 * the migration points. Nothing spans a line: stack traces keep their lines.
 */
export function instrument(analysis: ModuleAnalysis, options: InstrumentOptions): Renderer {
  const renderer = new Renderer(analysis.source, analysis.references);
  const instrumenter = new Instrumenter(analysis, renderer, options);
  for (const scope of analysis.scopes) instrumenter.scope(scope);
  for (const site of analysis.sites) instrumenter.site(site);
  for (const meta of analysis.metas) instrumenter.meta(meta);
  for (const use of analysis.superUses) instrumenter.superUse(use);
  for (const literal of analysis.homeLiterals) instrumenter.homeLiteral(literal);
  for (const kept of analysis.keptIterators) instrumenter.keptIterator(kept);
  for (const { source } of analysis.program.body) instrumenter.imports(source);
  return renderer;
}

/** What compilers call to decorate classes. */
const DECORATES = /\b_*(?:apply_decs|esDecorate|ts_decorate|decorateElement|decorate)\w*\(/;

/** Whether the scope's identity is declared by the head of its loop. */
function isInHead({ kind, node, identityAt }: Scope): boolean {
  return kind === "loop" && identityAt < node.body.start;
}

/** What has to become a block to have a place for the scope's identity. */
function wrappedIn({ kind, node }: Scope): Node | undefined {
  if (node.type === "SwitchStatement") return node;
  return kind === "loop" && node.body.type !== "BlockStatement" ? node.body : undefined;
}

/** Whether all parameters are plain names. */
export function hasSimpleParams(site: Site): boolean {
  return site.node.params.every((param: Node) => param.type === "Identifier");
}

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

class Instrumenter {
  readonly #analysis: ModuleAnalysis;
  readonly #renderer: Renderer;
  readonly #options: InstrumentOptions;
  readonly #prefix: string;
  /** Functions' own scopes that something captures from, by their nodes. */
  readonly #scopeOf: ReadonlyMap<Node, Scope>;
  /** Whether classes may be decorated: what their members were is then asked for at once. */
  readonly #decorates: boolean;
  readonly #entered: EnteredSites;

  constructor(analysis: ModuleAnalysis, renderer: Renderer, options: InstrumentOptions) {
    this.#analysis = analysis;
    this.#renderer = renderer;
    this.#options = options;
    this.#prefix = analysis.prefix;
    this.#decorates = DECORATES.test(analysis.source);
    this.#entered = new EnteredSites(analysis);
    this.#scopeOf = new Map(
      analysis.scopes.filter((scope) => scope.kind === "function").map((scope) => [scope.node, scope]),
    );
  }

  scope(scope: Scope): void {
    const depth = depthOf(scope.site) + 0.5;
    if (scope.homes.length > 0 && !isExpressionBody(scope.node)) {
      const at = scope.kind === "function" ? bodyStart(scope.node.body) : scope.identityAt;
      this.#open(at, depth, () => homesOf(scope));
    }
    if (!hasIdentity(scope)) return;
    if (scope.headed) return this.#headed(scope, depth);
    if (isExpressionBody(scope.node)) return;
    const whole = wrappedIn(scope);
    if (isInHead(scope)) this.#loopHead(scope, depth);
    else if (whole !== undefined) {
      this.#open(whole.start, depth, () => `{${this.#identity(scope)}`);
      this.#close(whole.end, depth, () => "}");
    } else this.#open(scope.identityAt, depth, (style) => this.#identity(scope, style));
  }

  /** Where closures are born in parameters or in a pattern, the identity is declared beside or before it. */
  #headed(scope: Scope, depth: number): void {
    const { node } = scope;
    if (scope.kind === "function") {
      return scope.site!.kind === "setter"
        ? this.#setterHead(scope, depth)
        : this.#parameterHead(scope, depth);
    }
    const given = `${this.#prefix}v${scope.index}`;
    if (scope.kind !== "loop") {
      const { param, body } = node;
      this.#open(param.start, depth, () => `${given}){${this.#identity(scope)}let `);
      return this.#replace(param.end, body.start + 1, depth, () => `=${given};`);
    }
    const pattern = node.left.declarations[0].id;
    this.#replace(pattern.start, pattern.end, depth, () => given);
    this.#renderer.add({
      at: node.body.start,
      end: node.body.start,
      side: "open",
      depth,
      text: () => `{${this.#identity(scope)}let `,
      moved: (style) => [
        ...this.#renderer.pieces(pattern.start, pattern.end, style, depth + 0.1),
        { text: `=${given};`, from: -1 },
      ],
    });
    this.#close(node.body.end, depth, () => "}");
  }

  /** An array has no such property as the variable: it is undefined. */
  #parameterHead(scope: Scope, depth: number): void {
    const { node } = scope;
    const isMoved = (style: Style) => style.points && this.#hasPoint(scope.site!);
    const name = `${this.#prefix}s${scope.index}`;
    const put = (at: number, text: string) => this.#open(at, depth, (style) => isMoved(style) ? "" : text);
    const last = node.params.at(-1);
    const rest = last.type === "RestElement" ? last.argument : undefined;
    if (rest === undefined) {
      this.#behindLast(last.end, depth, (style) => isMoved(style) ? "" : `,...{${name}}`);
    } else if (rest.type === "ObjectPattern") {
      put(rest.start + 1, `${name}${rest.properties.length > 0 ? "," : ""}`);
    } else {
      put(rest.start, `{${name},...`);
      this.#close(rest.end, depth, (style) => isMoved(style) ? "" : "}");
    }
    if (isExpressionBody(node)) return;
    this.#open(
      scope.identityAt,
      depth,
      (style) => isMoved(style) ? this.#identity(scope) : this.#restAnew(scope),
    );
  }

  /** A rest parameter came as an object, for the identity to stand beside it. */
  #restAnew({ node }: Scope): string {
    const name = restName(node);
    if (name === undefined) return "";
    const [from, at] = [`${this.#prefix}o`, `${this.#prefix}i`];
    return `{const ${from}={__proto__:null,...${name}};${name}=[];for(const ${at} in ${from})${name}[${name}.length]=${from}[${at}]}`;
  }

  /** Puts something behind the last parameter, where no comma may follow. */
  #behindLast(end: number, depth: number, text: Edit["text"]): void {
    this.#close(end, depth, text);
    const comma = /(?:\s|\/\/.*|\/\*[^]*?\*\/)*,/y;
    comma.lastIndex = end;
    if (comma.test(this.#analysis.source)) {
      this.#replace(comma.lastIndex - 1, comma.lastIndex, depth, () => "");
    }
  }

  /** A setter has one parameter: what it is given is taken apart in its body. */
  #setterHead(scope: Scope, depth: number): void {
    const param = scope.node.params[0];
    const given = `${this.#prefix}v${scope.index}`;
    const isMoved = (style: Style) => style.points && this.#hasPoint(scope.site!);
    const plain = param.type === "AssignmentPattern";
    this.#renderer.add({
      ...{ at: param.start, end: param.end, side: "open", depth: depth - 0.4 },
      when: (style) => !isMoved(style) && style.moving !== scope.site,
      text: () => given + (plain ? "=void 0" : ""),
    });
    this.#renderer.add({
      ...{ at: scope.identityAt, end: scope.identityAt, side: "open", depth },
      text: () => this.#identity(scope),
      moved: (style) =>
        isMoved(style) ? [] : [
          { text: plain ? "let{v:" : "let ", from: -1 },
          ...this.#renderer.pieces(param.start, param.end, { ...style, moving: scope.site }, depth),
          { text: plain ? `}={v:${given}};` : `=${given};`, from: -1 },
        ],
    });
  }

  /** Declares the variable that stands for an instance of the scope. */
  #identity(scope: Scope, style?: Style): string {
    const name = `${this.#prefix}s${scope.index}`;
    if (style === undefined || !hasAccessor(scope)) return `let ${name};`;
    const cases = scope.captured.map((variable, n) => this.#case(variable, n, style)).join(";");
    return `let ${name}=${accessorText(cases, { prefix: this.#prefix, variables: scope.captured })};`;
  }

  /**
   * A loop head's variables are copied for each round: before the first test and before each update. The identity is
   * copied with them, and forgotten right behind each copy; before the first test only if it can have been asked for.
   */
  #loopHead(scope: Scope, depth: number): void {
    const { init, test, update } = scope.node;
    const name = `${this.#prefix}s${scope.index}`;
    const first = `${this.#prefix}n${scope.index}`;
    const asked = this.#analysis.sites.some((site) =>
      site.start >= init.start && site.end <= init.end && scopesOf(site).includes(scope)
    );
    this.#open(scope.identityAt, depth, () => asked ? `${name},${first}=1,` : `${name},`);
    const afterInit = this.#afterSemicolon(init.end);
    if (asked) {
      const forget = `${first}&&(${first}=${name}=void 0),`;
      this.#open(test?.start ?? afterInit, depth, () => test === null ? `${forget}!0` : forget);
    }
    if (update !== null) this.#open(update.start, depth, () => `${name}=void 0,`);
    else {
      const afterTest = this.#afterSemicolon(test?.end ?? afterInit);
      this.#open(afterTest, depth, () => `${name}=void 0`);
    }
  }

  /** Behind the next semicolon that isn't in a comment. */
  #afterSemicolon(from: number): number {
    const rest = /(?:[^;/]|\/\/.*|\/\*[^]*?\*\/)*;/y;
    rest.lastIndex = from;
    rest.test(this.#analysis.source);
    return rest.lastIndex;
  }

  site(site: Site): void {
    this.#marker(site);
    this.#endDirectives(site);
    if (site.kind === "class") return this.#class(site);
    if (site.kind === "constructor") return this.#guard(site);
    if (site.computedKey !== null) this.#unnamed(site, site.computedKey);
    const asks = site.owner === null && site.refused === null && isAsked(site);
    const point = this.#hasPoint(site);
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
    this.#open(start, depth, (style) => `${style.own("K")}!==void 0?"":(`);
    this.#close(end, depth, () => ")");
  }

  #hasPoint(site: Site): boolean {
    return this.#options.points.has(site.index) && pinnedBecause(site) === undefined;
  }

  // Entries

  /** What is put in behind a directive without a semicolon would go on with it. */
  #endDirectives({ node }: Site): void {
    if (node.body?.type !== "BlockStatement") return;
    const at = bodyStart(node.body);
    const bare = at > node.body.start + 1 && this.#analysis.source[at - 1] !== ";";
    if (bare) this.#open(at, 0, () => ";");
  }

  /** At a guest, what isn't asked either has a check too: once a method is over, nothing of the app's may be entered any more. */
  #watchEntry(site: Site): void {
    const { body } = site.node;
    const depth = depthOf(site) + 0.65;
    const check = (style: Style) => `${style.own("K")}!==void 0&&${style.own("K")}()`;
    if (body.type === "BlockStatement") {
      return this.#open(bodyStart(body), depth, (style) => style.watches ? `${check(style)};` : "");
    }
    this.#open(body.start, depth, (style) => style.watches ? `(${check(style)},` : "");
    this.#close(body.end, depth, (style) => style.watches ? ")" : "");
  }

  #blockEntry(site: Site, asks: boolean, point: boolean): void {
    const at = bodyStart(site.node.body);
    const depth = depthOf(site) + 0.6;
    if (asks) {
      this.#open(
        at,
        depth,
        (style) => `${this.#asked(site, style)};`,
      );
    }
    if (!point) return;
    const parameters = this.#parameters(site);
    this.#renderer.add({
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
      return own.headed && !(point && style.points) ? this.#restAnew(own) : this.#identity(own, style);
    };
    const homes = scope === undefined ? "" : homesOf(scope);
    const entry = (style: Style) => homes + identity(style) + asked(style) + pointed(style);
    const declares = scope !== undefined && hasDeclarations(scope);
    if (body.type === "ChainExpression" && !point && !declares) return this.#chainEntry(site);
    const whole = (style: Style, text: (entry: string) => string) =>
      asks || declares || (point && style.points) ? text(entry(style)) : "";
    this.#renderer.add({
      at,
      end: at,
      side: "open",
      depth,
      text: (style) => whole(style, (text) => `{${text}`),
      ...(parameters !== undefined && { moved: parameters.bind }),
    });
    this.#renderer.add({
      at,
      end: at,
      side: "open",
      depth,
      text: (style) => whole(style, () => "return("),
      standsFor: enginePosition(body, this.#analysis.source),
    });
    this.#close(end, depth, (style) => whole(style, () => ")}"));
  }

  /** For V8 an optional chain has no position: a statement around it must have none either. */
  #chainEntry(site: Site): void {
    const { body } = site.node;
    const depth = depthOf(site) + 0.7;
    this.#open(
      body.start,
      depth,
      (style) => `${style.own("K")}!==void 0?${style.own("K")}(${this.#accessor(site, style)}):(`,
    );
    this.#close(body.end, depth, () => ")");
  }

  #asked(site: Site, style: Style): string {
    return `if(${style.own("K")}!==void 0)return ${style.own("K")}(${this.#accessor(site, style)})`;
  }

  #point(site: Site, style: Style, args: string): string {
    const prefix = this.#prefix;
    const name = `${prefix}M${site.index}`;
    const self = site.kind === "arrow" ? "void 0" : "this";
    const accessor = site.owner === null && isAsked(site) ? `,${this.#accessor(site, style)}` : "";
    const call = `${name}(${self},${args}${accessor})`;
    const result = `${prefix}r`;
    return site.isAsync
      ? `if(${name}!==void 0){let ${result}=${call};if(${result}!==void 0&&(${result}=await ${result})!==void 0)return ${result}.v}`
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
    const prefix = this.#prefix;
    const counted = params.findIndex((param: Node) =>
      param.type === "AssignmentPattern" || param.type === "RestElement"
    );
    const leading: Node[] = counted < 0 ? params : params.slice(0, counted);
    const rest: Node[] = counted < 0 ? [] : params.slice(counted);
    const names = leading.map((param, i) => param.type === "Identifier" ? param.name : `${prefix}p${i}`);
    const signature = [...names, ...(rest.length > 0 ? [`...${prefix}a`] : [])].join(",");
    const first = params[0];
    const last = params.at(-1);
    this.#renderer.add({
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
        pieces.push(...this.#renderer.pieces(node.start, node.end, moving, depthOf(site) + 0.5));
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
    const given = `${this.#prefix}p0`;
    const depth = depthOf(site) + 0.1;
    const when = (style: Style) => style.points && style.moving !== site;
    this.#renderer.add({ at: start, end, side: "open", depth, when, text: () => `${given}=void 0` });
    const bind = (style: Style): Piece[] =>
      style.points
        ? [
          { text: "var{v:", from: -1 },
          ...this.#renderer.pieces(start, end, { ...style, moving: site }, depthOf(site) + 0.5),
          { text: `}={v:${given}};`, from: -1 },
        ]
        : [];
    return { args: `[${given}]`, bind };
  }

  #afterArrow(node: Node): number {
    const { source } = this.#analysis;
    let at = node.params.length > 0 ? node.params.at(-1).end : node.start;
    while (at < node.end) {
      if (source.startsWith("//", at)) at = source.indexOf("\n", at);
      else if (source.startsWith("/*", at)) at = source.indexOf("*/", at) + 2;
      else if (source.startsWith("=>", at)) return at + 2;
      else at++;
    }
    throw new RangeError(`Cannot find the arrow of ${node.type} at ${node.start}: none before ${node.end}`);
  }

  /** `(n,w,v)=>…`: reads or writes captured variable n; for negative n the identity of scope -n-1. */
  #accessor(site: Site, style: Style): string {
    const p = this.#prefix;
    const cases = capturesOf(site).map((variable, n) => this.#case(variable, n, style));
    scopesOf(site).forEach((scope, k) => {
      if (!hasIdentity(scope)) return;
      const name = style.own(`s${scope.index}`);
      cases.push(
        `case ${-k - 1}:return ${hasAccessor(scope) ? name : `${name}===void 0?${name}={}:${name}`}`,
      );
    });
    if (site.door !== null) cases.push(`case ${OF_CLASS}:return ${this.#brand(site.door)} in ${p}v`);
    return accessorText(cases.join(";"), { prefix: p, variables: capturesOf(site) });
  }

  #case(variable: Variable, n: number, style: Style): string {
    const p = this.#prefix;
    const text = style.ref(variable, false);
    return `case ${n}:return ${isWritable(variable) ? `${p}w?${text}=${p}v:` : ""}${text}`;
  }

  // Markers and classes

  #marker(site: Site): void {
    const text = () => `/*!cc:${this.#options.key}:${site.index}*/`;
    this.#open(this.#markerAt(site), depthOf(site), text);
  }

  #markerAt(site: Site): number {
    const { node, start } = site;
    const { source } = this.#analysis;
    if (site.kind === "class") return node.start + "class".length;
    if (site.kind === "function") return node.start + (node.async ? "async".length : "function".length);
    if (site.kind === "arrow") {
      if (node.async) return node.start + "async".length;
      return source[start] === "(" ? start + 1 : node.params[0].end;
    }
    return node.start + 1;
  }

  #class(site: Site): void {
    const { node } = site;
    const depth = depthOf(site) + 0.2;
    const when = (style: Style) => style.making === site;
    if (node.superClass !== null) {
      this.#renderer.add({
        at: node.superClass.start,
        end: node.superClass.end,
        side: "open",
        depth,
        when,
        text: () => `${this.#prefix}H`,
      });
    }
    site.keyed.forEach(({ key, member }, i) => {
      this.#renderer.add({
        at: key.start,
        end: key.end,
        side: "open",
        depth,
        when,
        text: () => `${this.#prefix}Y[${i}]`,
      });
      if (member === null && site.refused === null) this.#fieldKey(site, key, depth);
    });
    if (site.refused === null) this.#registered(site, depth);
    const guarded = site.privates.some((item) => !item.isStatic);
    for (const element of node.body.body) this.#element(site, element, guarded, depth);
  }

  /** Where a method of an object literal is made anew nothing computes its name: it comes with the function. */
  #unnamed(site: Site, { start, end }: Node): void {
    const when = (style: Style) => style.making === site;
    this.#renderer.add({ at: start, end, side: "open", depth: depthOf(site) + 0.2, when, text: () => '""' });
  }

  /** Notes what names a field of instances, for the registration to take. */
  #fieldKey(site: Site, key: Node, depth: number): void {
    const when = (style: Style) => style.making !== site;
    this.#renderer.add({
      at: key.start,
      end: key.start,
      side: "open",
      depth,
      when,
      text: (style) => `(${style.own("L")}={n:${style.own("L")},v:(`,
    });
    this.#renderer.add({
      at: key.end,
      end: key.end,
      side: "close",
      depth,
      when,
      text: () => ")}).v",
      standsFor: keyPosition(key, this.#analysis.source),
    });
  }

  #element(site: Site, element: Node, guarded: boolean, depth: number): void {
    const drop = (at: number, end: number, text = "") =>
      this.#renderer.add({
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
    this.#open(element.value.start, depth + 0.1, (style) => `${style.own("I")}!==void 0?void 0:(`);
    this.#close(element.value.end, depth + 0.1, () => ")");
  }

  #guard(site: Site): void {
    const owner = site.owner!;
    if (!owner.privates.some((item) => !item.isStatic)) return;
    const derived = owner.node.superClass !== null;
    const then = derived ? "{super();return}" : "return;";
    this.#open(
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
    const close = (style: Style) =>
      `)${isNoted(style) ? `;${style.own("L")}=${style.own("L")}${".n".repeat(fields)}` : ""}}`;
    const hasPrivates = site.privates.length > 0;
    if (doors.length === 0) {
      return this.#open(at, depth, (style) => {
        const skipped = rest(style) === "" ? "" : hasPrivates ? ",void 0" : ",void 0,void 0";
        return `static{${this.#registration(site, style)}${skipped}${rest(style)}${close(style)}`;
      });
    }
    const prefix = this.#prefix;
    this.#renderer.add({
      at,
      end: at,
      side: "open",
      depth,
      text: (style) =>
        `static ${this.#brand(site)};static{${this.#registration(site, style)}${
          hasPrivates ? "," : ",void 0,"
        }`,
      moved: (style) => [
        ...doorPieces(doors, { renderer: this.#renderer, prefix, style }),
        { text: rest(style) + close(style), from: -1 },
      ],
    });
  }

  /** A private name that only this class itself has: tells it from others that the same source makes. */
  #brand(site: Site): string {
    return `#${this.#prefix}b${site.index}`;
  }

  superUse({ node, how, self, home, closures }: SuperUse): void {
    const { object, property, computed } = node;
    const p = this.#prefix;
    const stand = (style: Style, name: string) => {
      const of = home === null ? `${p}O` : style.ref(home, true);
      return `${p}U.${name}(${of},${style.ref(self.variable!, true)}`;
    };
    const replace = (at: number, end: number, text: Edit["text"]) =>
      this.#renderer.add({
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
    this.#open(node.start, depth, (style) => `(${style.ref(home, false)}=`);
    this.#close(node.end, depth, () => ")");
  }

  #registration(site: Site, style: Style): string {
    const register = style.own("C");
    const asked = scopesOf(site).length > 0 || site.door !== null;
    const accessor = asked ? this.#accessor(site, style) : "void 0";
    const privates = site.privates.map((item, i) => {
      const has = `case ${3 * i + 2}:return #${item.name} in o`;
      if (item.kind === "accessor") return has;
      const read = `case ${3 * i}:return o.#${item.name};`;
      return item.kind === "method" ? read + has : `${read}case ${3 * i + 1}:o.#${item.name}=v;return;${has}`;
    });
    const access = privates.length > 0 ? `,function(n,o,v){switch(n){${privates.join(";")}}}` : "";
    return `${register}!==void 0&&${register}(${site.index},this,${accessor}${access}`;
  }

  /** `import.meta` means something in a module's own text only. */
  meta({ start, end }: Node): void {
    this.#renderer.add({
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
    this.#renderer.add({
      at: node.start,
      end: node.start,
      side: "open",
      depth,
      text: (style) => `${style.own("V")}(${asked},`,
      moved: (style) =>
        named
          ? [...this.#renderer.pieces(object.start, object.end, style, depth + 0.1), { text: ",", from: -1 }]
          : [],
    });
    const text = JSON.stringify(calleeText(node.callee)) ?? "void 0";
    if (!named) {
      const check = (position: number) =>
        this.#renderer.add({
          ...{ at: node.start, end: node.start, side: "open", depth, standsFor: position },
          text: (style) => `${style.own("W")}(`,
        });
      check(enginePosition(node, this.#analysis.source));
      check(readPosition(node.callee, this.#analysis.source));
      this.#open(node.start, depth, (style) => `${style.own("Z")}=`);
      this.#close(object.end, depth, (style) => `,${asked}),${asked},${text}),${style.own("Z")}`);
    }
    this.#close(node.end, depth, (style) => named ? ")" : `,${style.own("Z")}=void 0)`);
  }

  imports(source: Node): void {
    if (!NODE_WORKERS.includes(source?.value)) return;
    this.#replace(source.start, source.end, 0, () => JSON.stringify(NODE_WORKERS_URL));
  }

  #open(at: number, depth: number, text: Edit["text"]): void {
    this.#renderer.add({ at, end: at, side: "open", depth, text });
  }

  #replace(at: number, end: number, depth: number, text: Edit["text"]): void {
    this.#renderer.add({ at, end, side: "open", depth, text });
  }

  #close(at: number, depth: number, text: Edit["text"]): void {
    this.#renderer.add({ at, end: at, side: "close", depth, text });
  }
}

/**
 * A function that reads or writes variables by number. Not an arrow if that is possible: the engine puts off parsing other
 * functions, and the names in them don't get into those that it makes up for the person's own anonymous functions.
 */
export function accessorText(
  cases: string,
  { prefix: p, variables }: { prefix: string; variables: readonly Variable[] },
): string {
  const body = `{switch(${p}n){${cases}}}`;
  return variables.some((variable) => variable.kind === "pseudo")
    ? `(${p}n,${p}w,${p}v)=>${body}`
    : `function(${p}n,${p}w,${p}v)${body}`;
}

/** Declares what stands for object literals. */
function homesOf({ homes }: Scope): string {
  return homes.map(({ name }) => `let ${name};`).join("");
}

/** Whether something has to be declared at the start of the function's body. */
function hasDeclarations(scope: Scope): boolean {
  if (scope.homes.length > 0) return true;
  return hasIdentity(scope) && (!scope.headed || restName(scope.node) !== undefined);
}

/** The name of a rest parameter that is one. */
function restName({ params }: Node): string | undefined {
  const last = params?.at(-1);
  return last?.type === "RestElement" ? last.argument.name : undefined;
}

/** Whether its closures are told apart by being asked: by what they captured, or by the class whose names they use. */
function isAsked(site: Site): boolean {
  return scopesOf(site).length > 0 || site.door !== null;
}

function isExpressionBody(node: Node): boolean {
  return node.type === "ArrowFunctionExpression" && node.body.type !== "BlockStatement";
}

/** How many sites stand around, itself included. */
export function depthOf(site: Site | null): number {
  let depth = 0;
  for (let at = site; at !== null; at = at.parent) depth++;
  return depth;
}

/** Evaluating it does nothing and names nothing: needs no guard. */
function isInert(node: Node): boolean {
  return /^(Literal|ArrowFunctionExpression|FunctionExpression)$/.test(node.type);
}
