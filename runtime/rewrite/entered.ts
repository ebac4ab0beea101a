import type { ModuleAnalysis, Node, Site, Variable } from "./model.ts";

/** Methods that streams, iteration, promises and events call by their names. */
const CALLED_BY_HOSTS = new Set([
  ...["_read", "_write", "_writev", "_transform", "_flush", "_final", "_destroy", "_construct"],
  ...["read", "write", "writev", "transform", "flush", "final", "destroy", "construct"],
  ...["start", "pull", "cancel", "close", "abort", "end", "emit", "handleEvent"],
  ...["next", "return", "throw", "then", "toJSON", "toString", "valueOf"],
]);

/** A property that is read, but not to be called at once. */
const READ_PROPERTY = /\.\s*(#?[A-Za-z_$][\w$]*)(?![\w$])(?!\s*(?:\?\.)?\()/g;

/**
 * The sites whose functions code that isn't rewritten may enter: whatever is passed on as a value, and methods that hosts
 * call by name. Those that are asked what they captured aren't among them: they have a check already.
 */
export class EnteredSites {
  readonly #escaped = new Set<Variable>();
  readonly #exported = new Set<Node>();
  readonly #readNames: Set<string>;

  constructor({ program, references, source }: ModuleAnalysis) {
    for (const { variable, callee, read } of references) {
      if (read && !callee && variable !== null) this.#escaped.add(variable);
    }
    for (const { type, declaration } of program.body) {
      if (/^Export/.test(type) && declaration) this.#exported.add(declaration);
    }
    this.#readNames = new Set([...source.matchAll(READ_PROPERTY)].map((match) => match[1]!));
  }

  has(site: Site): boolean {
    switch (site.kind) {
      case "arrow":
        return site.through.size > 0 || site.globals.size > 0;
      case "method":
        return site.owner === null || site.computedKey !== null || CALLED_BY_HOSTS.has(site.name) ||
          this.#readNames.has(site.name);
      case "function":
        return !site.isDeclaration || this.#exported.has(site.node) || this.#isPassedOn(site);
      default:
        return false;
    }
  }

  #isPassedOn({ outer, name }: Site): boolean {
    for (let scope: typeof outer | null = outer; scope !== null; scope = scope.parent) {
      const variable = scope.variables.get(name);
      if (variable !== undefined) return this.#escaped.has(variable);
    }
    return true;
  }
}
