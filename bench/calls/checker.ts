import { createRequire } from "node:module";
import type { AnalysedMethod, SourceModule } from "../../analysis/mod.ts";

// The compiler is installed with the programs: it has no types here.
// deno-lint-ignore no-explicit-any
type Any = any;

/**
 * Call edges as the TypeScript checker resolves them: each call, `new` and accessor to the declaration that it names, and
 * functions handed to anything outside of the program to whoever hands them on. `compiler` is the path of `typescript.js`.
 */
export function checkerCalls(
  compiler: string,
  modules: readonly SourceModule[],
  methods: readonly AnalysedMethod[],
): [number, number][] {
  const ts: Any = createRequire(import.meta.url)(compiler);
  const program = programOf(ts, { modules, compiler });
  const checker = program.getTypeChecker();
  const finder = new MethodFinder(ts, methods);
  const edges = new Map<string, [number, number]>();
  for (const { url } of modules) {
    const file = program.getSourceFile(pathOf(url));
    if (file !== undefined) {
      visitCalls(ts, { file, url, checker, finder }, (from, to) => edges.set(`${from} ${to}`, [from, to]));
    }
  }
  return [...edges.values()];
}

function programOf(
  ts: Any,
  { modules, compiler }: { modules: readonly SourceModule[]; compiler: string },
): Any {
  const texts = new Map(modules.map(({ url, text, original }) => [pathOf(url), original ?? text]));
  const imports = new Map(modules.map(({ url, imports }) => [pathOf(url), imports]));
  const options = {
    allowJs: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    maxNodeModuleJsDepth: 100,
  };
  const host = ts.createCompilerHost(options);
  const libraries = compiler.slice(0, compiler.lastIndexOf("/") + 1);
  const program = ts.createProgram([...texts.keys()], options, {
    ...host,
    getDefaultLibLocation: () => libraries,
    fileExists: (path: string) => texts.has(path) || path.startsWith(libraries) && host.fileExists(path),
    readFile: (path: string) => texts.get(path) ?? host.readFile(path),
    getSourceFile: (path: string, version: Any) => {
      const text = texts.get(path) ?? host.readFile(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, version, true);
    },
    resolveModuleNames: (names: string[], from: string) =>
      names.map((name) => {
        const to = imports.get(from)?.get(name);
        const path = to === undefined ? undefined : pathOf(to);
        if (path === undefined || !texts.has(path)) return undefined;
        return {
          resolvedFileName: path,
          extension: path.slice(path.lastIndexOf(".")),
          isExternalLibraryImport: false,
        };
      }),
  });
  return program;
}

function pathOf(url: string): string {
  return url.startsWith("file:") ? decodeURIComponent(new URL(url).pathname) : url;
}

/** Finds the analyzer's methods by the compiler's nodes: they end at the same place. */
class MethodFinder {
  readonly #ts: Any;
  readonly #byEnd = new Map<string, { start: number; index: number }[]>();
  readonly #mains = new Map<string, number>();

  constructor(ts: Any, methods: readonly AnalysedMethod[]) {
    this.#ts = ts;
    for (const [index, { url, start, end, outer }] of methods.entries()) {
      if (outer < 0) this.#mains.set(pathOf(url), index);
      else {
        const key = `${pathOf(url)} ${end}`;
        const same = this.#byEnd.get(key);
        if (same === undefined) this.#byEnd.set(key, [{ start, index }]);
        else same.push({ start, index });
      }
    }
    for (const same of this.#byEnd.values()) same.sort((a, b) => a.start - b.start);
  }

  /** The method that a function, or a class without constructor, is. */
  of(node: Any): number | undefined {
    const file = node.getSourceFile();
    const from = node.getStart(file);
    return this.#byEnd.get(`${file.fileName} ${node.end}`)?.find(({ start }) => start >= from)?.index;
  }

  /** The method whose code a node is. */
  around(node: Any): number | undefined {
    for (let at = node.parent; at !== undefined; at = at.parent) {
      if (this.#ts.isFunctionLike(at)) return this.of(at);
      if (this.#ts.isPropertyDeclaration(at) && this.#ts.isClassLike(at.parent)) {
        const { members } = at.parent;
        return this.of(members.find(this.#ts.isConstructorDeclaration) ?? at.parent);
      }
    }
    return this.#mains.get(node.getSourceFile().fileName);
  }
}

function visitCalls(
  ts: Any,
  { file, checker, finder }: { file: Any; url: string; checker: Any; finder: MethodFinder },
  seen: (from: number, to: number) => void,
): void {
  const edge = (node: Any, declaration: Any): boolean => {
    const from = finder.around(node), to = declaration === undefined ? undefined : finder.of(declaration);
    if (from !== undefined && to !== undefined) seen(from, to);
    return to !== undefined;
  };
  const declarationOf = (node: Any): Any => {
    let symbol = checker.getSymbolAtLocation(node);
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) {
      symbol = checker.getAliasedSymbol(symbol);
    }
    const declared = symbol?.valueDeclaration;
    return declared?.initializer !== undefined && !ts.isFunctionLike(declared)
      ? declared.initializer
      : declared;
  };
  const functionOf = (node: Any): Any => {
    if (ts.isFunctionExpression(node) || ts.isArrowFunction(node)) return node;
    const declared = ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)
      ? declarationOf(node)
      : undefined;
    return declared !== undefined && ts.isFunctionLike(declared) ? declared : undefined;
  };
  const classOf = (node: Any): Any => {
    const declared = declarationOf(node);
    return declared !== undefined && ts.isClassLike(declared) ? declared : undefined;
  };
  const visit = (node: Any): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node)) {
      const declaration = checker.getResolvedSignature(node)?.declaration;
      const cls = ts.isNewExpression(node) ? classOf(node.expression) : undefined;
      if (!edge(node, declaration ?? cls)) {
        for (const given of node.arguments ?? []) edge(node, functionOf(given));
      }
    } else if (ts.isPropertyAccessExpression(node)) {
      const symbol = checker.getSymbolAtLocation(node.name);
      const isWritten = ts.isBinaryExpression(node.parent) && node.parent.left === node &&
        node.parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
      const is = isWritten ? ts.isSetAccessorDeclaration : ts.isGetAccessorDeclaration;
      for (const declared of symbol?.declarations ?? []) if (is(declared)) edge(node, declared);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}
