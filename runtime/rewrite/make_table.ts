import { capturesOf, hasIdentity, scopesOf } from "./captures.ts";
import { pinnedBecause } from "./site_facts.ts";
import { boundNames } from "./syntax.ts";
import type { ModuleAnalysis, Node, Site, Variable } from "./model.ts";
import type { BindingEntry, ExportEntry, ModuleTable, SiteEntry } from "./table.ts";

/** Makes the table that both sides need of a module. */
export function makeTable(
  analysis: ModuleAnalysis,
  options: { key: string; url: string; awaited: readonly string[]; last?: string },
): ModuleTable {
  const imports = importsOf(analysis.program);
  const bindings: BindingEntry[] = analysis.root.captured.map((variable) =>
    bindingOf(analysis, variable, imports)
  );
  const { exports, stars } = analysis.isModule ? exportsOf(analysis, bindings) : { exports: [], stars: [] };
  return {
    ...options,
    prefix: analysis.prefix,
    isModule: analysis.isModule,
    bindings,
    exports,
    stars,
    ...(analysis.madeCalls.length > 0 && { makes: true as const }),
    scopes: analysis.scopes.map((scope) => ({
      variables: scope.captured.map((variable) => variable.name),
      identity: hasIdentity(scope),
    })),
    sites: analysis.sites.map(siteOf),
  };
}

type Imports = ReadonlyMap<string, { from: string; imported: string }>;

function importsOf(program: Node): Imports {
  const imports = new Map<string, { from: string; imported: string }>();
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration") continue;
    for (const specifier of statement.specifiers) {
      const imported = specifier.type === "ImportDefaultSpecifier"
        ? "default"
        : specifier.type === "ImportNamespaceSpecifier"
        ? "*"
        : nameOf(specifier.imported);
      imports.set(specifier.local.name, { from: statement.source.value, imported });
    }
  }
  return imports;
}

function bindingOf(analysis: ModuleAnalysis, variable: Variable, imports: Imports): BindingEntry {
  const { name, kind } = variable;
  const source = imports.get(name);
  if (kind === "import" && source !== undefined) {
    if (source.imported !== "*") return { name, kind, ...source };
    const references = analysis.references.filter((item) => item.variable === variable && item.site !== null);
    const certain = references.every((item) => item.property !== undefined);
    return certain
      ? { name, kind, ...source, properties: [...new Set(references.map((item) => item.property!))] }
      : { name, kind, ...source };
  }
  if (kind !== "function") return { name, kind };
  const site = analysis.sites.findLast((item) =>
    item.isDeclaration && item.parent === null && item.outer === analysis.root && item.node.id?.name === name
  );
  return site === undefined ? { name, kind } : { name, kind, site: site.index };
}

function exportsOf(
  analysis: ModuleAnalysis,
  bindings: BindingEntry[],
): { exports: ExportEntry[]; stars: string[] } {
  const exports: ExportEntry[] = [];
  const stars: string[] = [];
  const local = (name: string) => bindings.findIndex((binding) => binding.name === name);
  for (const statement of analysis.program.body) {
    if (statement.type === "ExportAllDeclaration") {
      if (statement.exported === null) stars.push(statement.source.value);
      else {exports.push({
          name: nameOf(statement.exported),
          binding: -1,
          from: statement.source.value,
          imported: "*",
        });}
    } else if (statement.type === "ExportDefaultDeclaration") {
      const { declaration } = statement;
      const named = /Declaration$/.test(declaration.type) && declaration.id;
      const index = named
        ? local(declaration.id.name)
        : bindings.push({ name: "*default*", kind: "default" }) - 1;
      exports.push({ name: "default", binding: index });
    } else if (statement.type === "ExportNamedDeclaration") {
      for (const specifier of statement.specifiers) {
        const name = nameOf(specifier.exported);
        const inner = nameOf(specifier.local);
        exports.push(
          statement.source
            ? { name, binding: -1, from: statement.source.value, imported: inner }
            : { name, binding: local(inner) },
        );
      }
      for (const name of declaredNames(statement.declaration)) exports.push({ name, binding: local(name) });
    }
  }
  return { exports, stars };
}

function declaredNames(declaration: Node): string[] {
  if (!declaration) return [];
  if (declaration.type !== "VariableDeclaration") return [declaration.id.name];
  return declaration.declarations.flatMap((item: Node) => boundNames(item.id));
}

function nameOf(node: Node): string {
  return node.type === "Identifier" ? node.name : String(node.value);
}

function siteOf(site: Site): SiteEntry {
  const scopes = scopesOf(site);
  const root = [...site.through].filter((variable) => variable.scope.kind === "root" && variable.index >= 0);
  const pinned = pinnedBecause(site);
  return {
    id: site.id,
    kind: site.kind,
    name: site.name,
    length: lengthOf(site),
    start: site.start,
    end: site.end,
    scopes: scopes.map((scope) => scope.index),
    captures: capturesOf(site).map((variable) => [scopes.indexOf(variable.scope), variable.index] as const),
    bindings: root.map((variable) => variable.index).sort((a, b) => a - b),
    globals: [...site.globals].sort(),
    ...(site.shown !== "" && { shown: site.shown }),
    ...(site.owner !== null && { owner: site.owner.index }),
    ...(site.isStatic && { isStatic: true }),
    ...(site.isAsync && { isAsync: true }),
    ...(site.isGenerator && { isGenerator: true }),
    ...(site.kind === "class" && site.node.superClass !== null && { derived: true }),
    ...(site.privates.length > 0 && { privates: site.privates }),
    ...(site.keyed.length > 0 && { keyed: site.keyed.map(({ member }) => member?.index ?? -1) }),
    ...(site.door !== null && { door: site.door.index }),
    ...(site.staticSuper && { staticSuper: true }),
    ...(site.refused !== null && { refused: site.refused }),
    ...(pinned !== undefined && { pinned }),
  };
}

function lengthOf(site: Site): number {
  if (site.kind === "class") {
    const own = site.node.body.body.find((element: Node) => element.kind === "constructor");
    return own === undefined ? 0 : countedParams(own.value);
  }
  return countedParams(site.node);
}

function countedParams(node: Node): number {
  const end = node.params.findIndex((param: Node) =>
    param.type === "AssignmentPattern" || param.type === "RestElement"
  );
  return end < 0 ? node.params.length : end;
}
