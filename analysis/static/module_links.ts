import type { Node } from "../../runtime/rewrite/mod.ts";
import { declaredBy, nameOf } from "./missing_exports.ts";
import type { Program } from "./program.ts";
import type { SourceModule } from "./source_module.ts";
import type { Thing } from "./things.ts";

/** Where a name of a module has its values. */
export type VertexOf = (name: string) => number | undefined;

/** What one module imports and exports: links its names to those of other modules and of the host. */
export class ModuleLinks {
  readonly #program: Program;
  readonly #module: SourceModule;
  readonly #own: Thing;

  constructor(program: Program, module: SourceModule) {
    this.#program = program;
    this.#module = module;
    this.#own = program.namespace(module.url);
  }

  #source(specifier: unknown): string | undefined {
    if (typeof specifier !== "string") return undefined;
    return this.#module.imports.get(specifier) ?? (specifier.startsWith("node:") ? specifier : undefined);
  }

  /** The vertex of what a module exports under a name; of the whole of it for `*`. */
  #exported(url: string, name: string): number {
    const { graph, things } = this.#program;
    if (url.startsWith("node:")) {
      return graph.holding(things.host(name === "*" || name === "default" ? url : `${url}.${name}`));
    }
    const namespace = this.#program.namespace(url);
    return name === "*" ? graph.holding(namespace) : things.read(namespace, name);
  }

  /** `import … from`. */
  importDeclaration(node: Node, vertexOf: VertexOf): void {
    const url = this.#source(node.source.value);
    if (url === undefined) return;
    for (const { type, imported, local } of node.specifiers) {
      const name = type === "ImportDefaultSpecifier"
        ? "default"
        : type === "ImportNamespaceSpecifier"
        ? "*"
        : nameOf(imported);
      this.#program.graph.flow(this.#exported(url, name), vertexOf(local.name));
    }
  }

  /** `import("x")`: the module's namespace, where its specifier is a plain text. */
  dynamicImport(node: Node): number | undefined {
    const url = this.#source(node.source.value);
    return url === undefined ? undefined : this.#exported(url, "*");
  }

  /** `require("x")`: a host module, or what a CommonJS module left in `module.exports`. */
  required({ callee, arguments: given }: Node): number | undefined {
    if (callee.type !== "Identifier" || callee.name !== "require" || given[0]?.type !== "Literal") {
      return undefined;
    }
    const url = this.#source(given[0].value);
    if (url === undefined) return undefined;
    if (url.startsWith("node:")) return this.#exported(url, "*");
    const vertex = this.#program.graph.vertex();
    this.#program.graph.flow(this.#exported(url, "default"), vertex);
    // An ES module that CommonJS requires.
    const { things, graph } = this.#program;
    const namespace = this.#program.namespace(url);
    this.#program.otherwise(things.own(namespace, "default"), {
      at: -1,
      byName: () => graph.hold(vertex, namespace),
    });
    return vertex;
  }

  /** A CommonJS module's `module` and `exports`: what it exports by name is what its exports object has. */
  commonVariables(vertexOf: VertexOf): void {
    const { graph, things } = this.#program;
    const [module, exports] = [things.make("object"), things.make("object")];
    const whole = things.own(module, "exports");
    graph.hold(whole, exports);
    graph.flow(graph.holding(module), vertexOf("module"));
    graph.flow(graph.holding(exports), vertexOf("exports"));
    graph.flow(graph.holding(exports), vertexOf("this"));
    graph.flow(whole, things.own(this.#own, "default"));
    things.inherit(this.#own, whole);
  }

  /** `export default`: `value` is what its expression may hold. */
  exportDefault(value: number | undefined): void {
    this.#program.graph.flow(value, this.#out("default"));
  }

  /** `export *`. */
  exportAll(node: Node): void {
    const url = this.#source(node.source.value);
    if (url === undefined) return;
    if (node.exported) this.#program.graph.flow(this.#exported(url, "*"), this.#out(nameOf(node.exported)));
    else this.#program.things.inherit(this.#own, this.#exported(url, "*"));
  }

  /** `export { … }`, with or without `from`, and `export const …`. */
  exportNamed(node: Node, vertexOf: VertexOf): void {
    const { graph } = this.#program;
    for (const name of declaredBy(node.declaration)) graph.flow(vertexOf(name), this.#out(name));
    const url = this.#source(node.source?.value);
    for (const { local, exported } of node.specifiers) {
      const from = node.source
        ? url === undefined ? undefined : this.#exported(url, nameOf(local))
        : vertexOf(local.name);
      graph.flow(from, this.#out(nameOf(exported)));
    }
  }

  #out(name: string): number {
    const { graph, things } = this.#program;
    this.#own.shape.certain.add(name);
    const out = things.own(this.#own, name);
    // Where namespaces aren't told apart either, an export is found by its name.
    if (graph.tellsUnknown) graph.flow(out, graph.named(`property ${name}`));
    return out;
  }
}
