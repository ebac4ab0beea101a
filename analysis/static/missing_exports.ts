import { getBuiltinModule } from "node:process";
import { boundNames, type Node } from "../../runtime/rewrite/mod.ts";
import { diagnose, type Diagnostic } from "./diagnostic.ts";
import { LineIndex, type SourceModule } from "./source_module.ts";

/** A module with what its text says. */
export interface ParsedModule {
  readonly module: SourceModule;
  readonly body: readonly Node[];
}

/** A name that a module takes of another. */
interface Taken {
  readonly node: Node;
  readonly name: string;
  readonly from: string;
  /** What it is called here; nothing if it is only handed on. */
  readonly local?: string;
}

/**
 * Names that modules import and nothing exports: with them a program doesn't start. What only types can be meant by is left out,
 * as Deno leaves it out; packages are taken to be right.
 */
export function missingExports(parsed: readonly ParsedModule[]): Diagnostic[] {
  const all = new Map(parsed.map((one) => [one.module.url, one]));
  return parsed.filter(({ module }) => module.kind === "module" && !module.path.startsWith("npm:"))
    .flatMap(({ module, body }) => {
      let used: Set<string> | undefined, lines: LineIndex | undefined;
      return body.flatMap(takenBy).flatMap(({ node, name, from, local }) => {
        const url = module.imports.get(from);
        if (url === undefined || mayExport(all, url, { name, seen: new Set() })) return [];
        // What is never used as a value is a type, which Deno drops.
        if (local !== undefined && !(used ??= identifiersIn(body)).has(local)) return [];
        const note = name === "default"
          ? `Cannot import the default of ${from}: it has none`
          : `Cannot import ${name} of ${from}: it exports nothing of that name`;
        const place = (lines ??= new LineIndex(module.text)).at(node.start);
        const { url: file, text, original = text } = module;
        const end = place.column + node.end - node.start;
        return [diagnose({ code: "missing", file, note }, { ...place, end }, original)];
      });
    });
}

function takenBy({ type, source, specifiers }: Node): Taken[] {
  if (!source || !/^(Import|ExportNamed)Declaration$/.test(type)) return [];
  const from = String(source.value);
  return specifiers.flatMap((node: Node): Taken[] => {
    switch (node.type) {
      case "ImportSpecifier":
        return [{ node, name: nameOf(node.imported), from, local: node.local.name }];
      case "ImportDefaultSpecifier":
        return [{ node, name: "default", from, local: node.local.name }];
      case "ExportSpecifier":
        return [{ node, name: nameOf(node.local), from }];
      default:
        return [];
    }
  });
}

/** Whether a module exports a name, for all that is known. */
function mayExport(
  all: ReadonlyMap<string, ParsedModule>,
  url: string,
  { name, seen }: { name: string; seen: Set<string> },
): boolean {
  if (url.startsWith("node:")) return isBuiltin(url, name);
  if (/^file:.*\.json$/.test(url)) return name === "default";
  if (seen.has(url)) return false;
  seen.add(url);
  const { module, body } = all.get(url) ?? {};
  if (body === undefined || module!.kind !== "module" || module!.path.startsWith("npm:")) return true;
  return body.some((node) => {
    switch (node.type) {
      case "ExportDefaultDeclaration":
        return name === "default";
      case "ExportAllDeclaration": {
        if (node.exported) return nameOf(node.exported) === name;
        const to = module!.imports.get(String(node.source.value));
        return name !== "default" && (to === undefined || mayExport(all, to, { name, seen }));
      }
      case "ExportNamedDeclaration":
        return node.specifiers.some(({ exported }: Node) => nameOf(exported) === name) ||
          declaredBy(node.declaration).includes(name);
      default:
        return false;
    }
  });
}

/** Built-in modules that export more than their default has. */
const HAVE_MORE = /^node:(module|path|cluster|perf_hooks|_.*)$/;

function isBuiltin(url: string, name: string): boolean {
  const built = getBuiltinModule(url);
  return built === undefined || name === "default" || HAVE_MORE.test(url) || name in Object(built);
}

/** Names in a module, but for those of properties and those that are imported or exported. */
function identifiersIn(body: readonly Node[]): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (value === null || typeof value !== "object") return;
    const node = value as Node;
    if (/^Import\w*Declaration$|^ExportAllDeclaration$/.test(node.type)) return;
    if (node.type === "Identifier") found.add(node.name);
    for (const [key, part] of Object.entries(node)) {
      const isName = (key === "property" || key === "key") && node.computed === false &&
        node.shorthand !== true;
      if (!isName && !(node.type === "ExportSpecifier" && key === "exported")) visit(part);
    }
  };
  visit(body);
  return found;
}

export function nameOf(node: Node): string {
  return node.type === "Identifier" ? node.name : String(node.value);
}

/** Names that a declaration binds. */
export function declaredBy(declaration: Node | null | undefined): string[] {
  if (!declaration) return [];
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }: Node) => boundNames(id));
  }
  return declaration.id ? [declaration.id.name] : [];
}
