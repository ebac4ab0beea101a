import { capturesOf, hasAccessor, hasIdentity, isWritable, scopesOf } from "./captures.ts";
import { OF_CLASS } from "./constants.ts";
import type { ModuleAnalysis, Site, Variable } from "./model.ts";
import type { Edit, Renderer, Style } from "./render.ts";
import { pinnedBecause } from "./site_facts.ts";

/** What is put into a module. */
export interface InstrumentOptions {
  readonly key: string;
  /** Sites that get a migration point. */
  readonly points: ReadonlySet<number>;
}

/** Puts text into a module, and knows the pieces that many insertions have in common. */
export class Insertions {
  readonly analysis: ModuleAnalysis;
  readonly renderer: Renderer;
  readonly options: InstrumentOptions;
  /** How names that are put in begin. */
  readonly prefix: string;

  constructor(analysis: ModuleAnalysis, renderer: Renderer, options: InstrumentOptions) {
    this.analysis = analysis;
    this.renderer = renderer;
    this.options = options;
    this.prefix = analysis.prefix;
  }

  open(at: number, depth: number, text: Edit["text"]): void {
    this.renderer.add({ at, end: at, side: "open", depth, text });
  }

  replace(at: number, end: number, depth: number, text: Edit["text"]): void {
    this.renderer.add({ at, end, side: "open", depth, text });
  }

  close(at: number, depth: number, text: Edit["text"]): void {
    this.renderer.add({ at, end: at, side: "close", depth, text });
  }

  hasPoint(site: Site): boolean {
    return this.options.points.has(site.index) && pinnedBecause(site) === undefined;
  }

  /** `(n,w,v)=>…`: reads or writes captured variable n; for negative n the identity of scope -n-1. */
  accessor(site: Site, style: Style): string {
    const p = this.prefix;
    const cases = capturesOf(site).map((variable, n) => this.caseOf(variable, n, style));
    scopesOf(site).forEach((scope, k) => {
      if (!hasIdentity(scope)) return;
      const name = style.own(`s${scope.index}`);
      cases.push(
        `case ${-k - 1}:return ${hasAccessor(scope) ? name : `${name}===void 0?${name}={}:${name}`}`,
      );
    });
    if (site.door !== null) cases.push(`case ${OF_CLASS}:return ${this.brand(site.door)} in ${p}v`);
    return accessorText(cases.join(";"), { prefix: p, variables: capturesOf(site) });
  }

  caseOf(variable: Variable, n: number, style: Style): string {
    const p = this.prefix;
    const text = style.ref(variable, false);
    return `case ${n}:return ${isWritable(variable) ? `${p}w?${text}=${p}v:` : ""}${text}`;
  }

  /** A private name that only this class itself has: tells it from others that the same source makes. */
  brand(site: Site): string {
    return `#${this.prefix}b${site.index}`;
  }
}

/**
 * A function that reads or writes variables by number. Not an arrow if that is possible: the engine puts off parsing other
 * functions, and the names in them don't get into those that it makes up for the person's own anonymous functions. It has a name,
 * so that none is made up for it.
 */
export function accessorText(
  cases: string,
  { prefix: p, variables }: { prefix: string; variables: readonly Variable[] },
): string {
  const body = `{switch(${p}n){${cases}}}`;
  return variables.some((variable) => variable.kind === "pseudo")
    ? `(${p}n,${p}w,${p}v)=>${body}`
    : `function ${p}f(${p}n,${p}w,${p}v)${body}`;
}
