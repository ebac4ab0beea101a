import { hasAccessor, hasIdentity, scopesOf } from "./captures.ts";
import { accessorText, type Insertions } from "./insertions.ts";
import type { Node, Scope } from "./model.ts";
import type { Edit, Style } from "./render.ts";
import { depthOf, isExpressionBody } from "./site_facts.ts";
import { bodyStart } from "./syntax.ts";

/** Declares identities for scopes whose closures share variables that change, and what stands for object literals. */
export class ScopeIdentities {
  readonly #put: Insertions;

  constructor(put: Insertions) {
    this.#put = put;
  }

  put(scope: Scope): void {
    const depth = depthOf(scope.site) + 0.5;
    if (scope.homes.length > 0 && !isExpressionBody(scope.node)) {
      const at = scope.kind === "function" ? bodyStart(scope.node.body) : scope.identityAt;
      this.#put.open(at, depth, () => homesOf(scope));
    }
    if (!hasIdentity(scope)) return;
    if (scope.headed) return this.#headed(scope, depth);
    if (isExpressionBody(scope.node)) return;
    const whole = wrappedIn(scope);
    if (isInHead(scope)) this.#loopHead(scope, depth);
    else if (whole !== undefined) {
      this.#put.open(whole.start, depth, () => `{${this.identity(scope)}`);
      this.#put.close(whole.end, depth, () => "}");
    } else this.#put.open(scope.identityAt, depth, (style) => this.identity(scope, style));
  }

  /** Where closures are born in parameters or in a pattern, the identity is declared beside or before it. */
  #headed(scope: Scope, depth: number): void {
    const { node } = scope;
    if (scope.kind === "function") {
      return scope.site!.kind === "setter"
        ? this.#setterHead(scope, depth)
        : this.#parameterHead(scope, depth);
    }
    const given = `${this.#put.prefix}v${scope.index}`;
    if (scope.kind !== "loop") {
      const { param, body } = node;
      this.#put.open(param.start, depth, () => `${given}){${this.identity(scope)}let `);
      return this.#put.replace(param.end, body.start + 1, depth, () => `=${given};`);
    }
    const pattern = node.left.declarations[0].id;
    this.#put.replace(pattern.start, pattern.end, depth, () => given);
    this.#put.renderer.add({
      at: node.body.start,
      end: node.body.start,
      side: "open",
      depth,
      text: () => `{${this.identity(scope)}let `,
      moved: (style) => [
        ...this.#put.renderer.pieces(pattern.start, pattern.end, style, depth + 0.1),
        { text: `=${given};`, from: -1 },
      ],
    });
    this.#put.close(node.body.end, depth, () => "}");
  }

  /** An array has no such property as the variable: it is undefined. */
  #parameterHead(scope: Scope, depth: number): void {
    const { node } = scope;
    const isMoved = (style: Style) => style.points && this.#put.hasPoint(scope.site!);
    const name = `${this.#put.prefix}s${scope.index}`;
    const put = (at: number, text: string) =>
      this.#put.open(at, depth, (style) => isMoved(style) ? "" : text);
    const last = node.params.at(-1);
    const rest = last.type === "RestElement" ? last.argument : undefined;
    if (rest === undefined) {
      this.#behindLast(last.end, depth, (style) => isMoved(style) ? "" : `,...{${name}}`);
    } else if (rest.type === "ObjectPattern") {
      put(rest.start + 1, `${name}${rest.properties.length > 0 ? "," : ""}`);
    } else {
      put(rest.start, `{${name},...`);
      this.#put.close(rest.end, depth, (style) => isMoved(style) ? "" : "}");
    }
    if (isExpressionBody(node)) return;
    this.#put.open(
      scope.identityAt,
      depth,
      (style) => isMoved(style) ? this.identity(scope) : this.restAnew(scope),
    );
  }

  /** A rest parameter came as an object, for the identity to stand beside it. */
  restAnew({ node }: Scope): string {
    const name = restName(node);
    if (name === undefined) return "";
    const [from, at] = [`${this.#put.prefix}o`, `${this.#put.prefix}i`];
    return `{const ${from}={__proto__:null,...${name}};${name}=[];for(const ${at} in ${from})${name}[${name}.length]=${from}[${at}]}`;
  }

  /** Puts something behind the last parameter, where no comma may follow. */
  #behindLast(end: number, depth: number, text: Edit["text"]): void {
    this.#put.close(end, depth, text);
    const comma = /(?:\s|\/\/.*|\/\*[^]*?\*\/)*,/y;
    comma.lastIndex = end;
    if (comma.test(this.#put.analysis.source)) {
      this.#put.replace(comma.lastIndex - 1, comma.lastIndex, depth, () => "");
    }
  }

  /** A setter has one parameter: what it is given is taken apart in its body. */
  #setterHead(scope: Scope, depth: number): void {
    const param = scope.node.params[0];
    const given = `${this.#put.prefix}v${scope.index}`;
    const isMoved = (style: Style) => style.points && this.#put.hasPoint(scope.site!);
    const plain = param.type === "AssignmentPattern";
    this.#put.renderer.add({
      ...{ at: param.start, end: param.end, side: "open", depth: depth - 0.4 },
      when: (style) => !isMoved(style) && style.moving !== scope.site,
      text: () => given + (plain ? "=void 0" : ""),
    });
    this.#put.renderer.add({
      ...{ at: scope.identityAt, end: scope.identityAt, side: "open", depth },
      text: () => this.identity(scope),
      moved: (style) =>
        isMoved(style) ? [] : [
          { text: plain ? "let{v:" : "let ", from: -1 },
          ...this.#put.renderer.pieces(param.start, param.end, { ...style, moving: scope.site }, depth),
          { text: plain ? `}={v:${given}};` : `=${given};`, from: -1 },
        ],
    });
  }

  /** Declares the variable that stands for an instance of the scope. */
  identity(scope: Scope, style?: Style): string {
    const name = `${this.#put.prefix}s${scope.index}`;
    if (style === undefined || !hasAccessor(scope)) return `let ${name};`;
    const cases = scope.captured.map((variable, n) => this.#put.caseOf(variable, n, style)).join(";");
    return `let ${name}=${accessorText(cases, { prefix: this.#put.prefix, variables: scope.captured })};`;
  }

  /**
   * A loop head's variables are copied for each round: before the first test and before each update. The identity is
   * copied with them, and forgotten right behind each copy; before the first test only if it can have been asked for.
   */
  #loopHead(scope: Scope, depth: number): void {
    const { init, test, update } = scope.node;
    const name = `${this.#put.prefix}s${scope.index}`;
    const first = `${this.#put.prefix}n${scope.index}`;
    const asked = this.#put.analysis.sites.some((site) =>
      site.start >= init.start && site.end <= init.end && scopesOf(site).includes(scope)
    );
    this.#put.open(scope.identityAt, depth, () => asked ? `${name},${first}=1,` : `${name},`);
    const afterInit = this.#afterSemicolon(init.end);
    if (asked) {
      const forget = `${first}&&(${first}=${name}=void 0),`;
      this.#put.open(test?.start ?? afterInit, depth, () => test === null ? `${forget}!0` : forget);
    }
    if (update !== null) this.#put.open(update.start, depth, () => `${name}=void 0,`);
    else {
      const afterTest = this.#afterSemicolon(test?.end ?? afterInit);
      this.#put.open(afterTest, depth, () => `${name}=void 0`);
    }
  }

  /** Behind the next semicolon that isn't in a comment. */
  #afterSemicolon(from: number): number {
    const rest = /(?:[^;/]|\/\/.*|\/\*[^]*?\*\/)*;/y;
    rest.lastIndex = from;
    rest.test(this.#put.analysis.source);
    return rest.lastIndex;
  }
}

/** Whether the scope's identity is declared by the head of its loop. */
function isInHead({ kind, node, identityAt }: Scope): boolean {
  return kind === "loop" && identityAt < node.body.start;
}

/** What has to become a block to have a place for the scope's identity. */
function wrappedIn({ kind, node }: Scope): Node | undefined {
  if (node.type === "SwitchStatement") return node;
  return kind === "loop" && node.body.type !== "BlockStatement" ? node.body : undefined;
}

/** Declares what stands for object literals. */
export function homesOf({ homes }: Scope): string {
  return homes.map(({ name }) => `let ${name};`).join("");
}

/** Whether something has to be declared at the start of the function's body. */
export function hasDeclarations(scope: Scope): boolean {
  if (scope.homes.length > 0) return true;
  return hasIdentity(scope) && (!scope.headed || restName(scope.node) !== undefined);
}

/** The name of a rest parameter that is one. */
function restName({ params }: Node): string | undefined {
  const last = params?.at(-1);
  return last?.type === "RestElement" ? last.argument.name : undefined;
}
