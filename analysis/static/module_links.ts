import type { Program } from "./program.ts";
import { boundNames, type Node, type Scope } from "./scope.ts";
import type { SourceModule } from "./source_module.ts";
import type { Token } from "./values.ts";

/** What one module imports and exports: links its names to those of other modules and of the host. */
export class ModuleLinks {
  readonly #program: Program;
  readonly #module: SourceModule;

  constructor(program: Program, module: SourceModule) {
    this.#program = program;
    this.#module = module;
  }

  #source(specifier: unknown): string | undefined {
    if (typeof specifier !== "string") return undefined;
    return this.#module.imports.get(specifier) ?? (specifier.startsWith("node:") ? specifier : undefined);
  }

  /** The vertex of what a module exports under a name; of the whole of it for `*`. */
  #exported(url: string, name: string): number {
    const { graph } = this.#program;
    if (url.startsWith("node:")) {
      return this.#held({ kind: "host", path: name === "*" || name === "default" ? url : `${url}.${name}` });
    }
    if (name === "*") return this.#held({ kind: "namespace", url });
    return graph.named(`export ${url} ${name}`);
  }

  /** `import … from`. */
  importDeclaration(node: Node, scope: Scope): void {
    const url = this.#source(node.source.value);
    if (url === undefined) return;
    for (const { type, imported, local } of node.specifiers) {
      const name = type === "ImportDefaultSpecifier"
        ? "default"
        : type === "ImportNamespaceSpecifier"
        ? "*"
        : imported.name ?? imported.value;
      this.#program.graph.flow(this.#exported(url, name), scope.find(local.name)?.vertex);
    }
  }

  /** `import("x")`: the module's namespace, where its specifier is a plain text. */
  dynamicImport(node: Node): number | undefined {
    const url = this.#source(node.source.value);
    return url === undefined ? undefined : this.#exported(url, "*");
  }

  /** `require("x")`: a host module, or what a CommonJS module assigned to `module.exports`. */
  required({ callee, arguments: given }: Node): number | undefined {
    if (callee.type !== "Identifier" || callee.name !== "require" || given[0]?.type !== "Literal") {
      return undefined;
    }
    const url = this.#source(given[0].value);
    if (url === undefined) return undefined;
    if (url.startsWith("node:")) return this.#exported(url, "*");
    const vertex = this.#program.graph.vertex();
    this.#program.graph.flow(this.#exported(url, "default"), vertex);
    this.#program.graph.hold(vertex, { kind: "namespace", url });
    return vertex;
  }

  /** `exports.f = …` and `module.exports = …`. */
  commonExport(left: Node, value: number | undefined): void {
    const { graph } = this.#program;
    const text = this.#module.text.slice(left.start, left.end);
    if (text === "module.exports") graph.flow(value, this.#exported(this.#module.url, "default"));
    const named = /^(?:module\.)?exports\.(\w+)$/.exec(text);
    if (named) graph.flow(value, this.#exported(this.#module.url, named[1]!));
  }

  /** `export default`: `value` is what its expression may hold. */
  exportDefault(value: number | undefined): void {
    this.#program.graph.flow(value, this.#out("default"));
  }

  /** `export *`. */
  exportAll(node: Node): void {
    const url = this.#source(node.source.value);
    if (url === undefined) return;
    if (node.exported) this.#program.graph.flow(this.#exported(url, "*"), this.#out(node.exported.name));
    else this.#program.reexports.push([url, this.#module.url]);
  }

  /** `export { … }`, with or without `from`, and `export const …`. */
  exportNamed(node: Node, scope: Scope): void {
    const { graph } = this.#program;
    for (const name of boundNamesOf(node.declaration)) graph.flow(scope.find(name)?.vertex, this.#out(name));
    const url = this.#source(node.source?.value);
    for (const { local, exported } of node.specifiers) {
      const from = node.source
        ? url === undefined ? undefined : this.#exported(url, local.name ?? local.value)
        : scope.find(local.name)?.vertex;
      graph.flow(from, this.#out(exported.name ?? exported.value));
    }
  }

  #out(name: string): number {
    return this.#program.graph.named(`export ${this.#module.url} ${name}`);
  }

  #held(token: Token): number {
    const vertex = this.#program.graph.vertex();
    this.#program.graph.hold(vertex, token);
    return vertex;
  }
}

function boundNamesOf(declaration: Node): string[] {
  if (!declaration) return [];
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }: Node) => boundNames(id));
  }
  return declaration.id ? [declaration.id.name] : [];
}
