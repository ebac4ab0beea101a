import type { Node, Reference, Scope, Site, Variable } from "./model.ts";
import { IN_WITH } from "./site_list.ts";
import { boundNames } from "./syntax.ts";

/** What the visit of a module has found, before its names are resolved. */
export interface Found {
  readonly program: Node;
  readonly isModule: boolean;
  readonly root: Scope;
  readonly scopes: readonly Scope[];
  readonly sites: readonly Site[];
  readonly references: readonly Reference[];
  readonly privateUses: readonly PrivateUse[];
  /** What function bodies declare whose parameters refer to something. */
  readonly anew: ReadonlyMap<Site, ReadonlySet<string>>;
}

/** A private name where it is used. */
export interface PrivateUse {
  readonly name: string;
  readonly scope: Scope;
  readonly site: Site | null;
}

/**
 * Finds the variable of each reference, what each site captures, where the identities of scopes go, and the sites whose
 * closures nothing can re-create. Returns the scopes that anything is captured from, which are numbered now.
 */
export function resolve(found: Found): Scope[] {
  const { root, scopes, sites, references, privateUses, isModule } = found;
  for (const reference of references) resolveReference(reference);
  for (const use of privateUses) resolvePrivate(use);
  for (const site of sites) site.door?.behind.push(site);
  markHeads(found);
  if (isModule) {
    markExports(found);
    markNamespaces(found);
  }
  for (const scope of scopes) {
    for (const variable of scope.variables.values()) {
      if (!variable.captured || (scope === root && variable.kind === "pseudo" && isModule)) continue;
      variable.index = scope.captured.push(variable) - 1;
    }
  }
  const capturable = scopes.filter((scope) => scope !== root && scope.captured.length > 0);
  capturable.forEach((scope, index) => scope.index = index);
  refuse(found);
  return capturable;
}

/** Members come with their class. Returns the closures on the way up to the class. */
export function needDoor(from: Site | null, owner: Site): Set<Site> {
  const closures = new Set<Site>();
  for (let site = from; site !== null && site !== owner; site = site.parent) {
    if (site.owner !== null) continue;
    if (site.kind !== "class") closures.add(site);
    if (site.door === null || site.door.start < owner.start) site.door = owner;
  }
  return closures;
}

/** Closures and classes that use a private name can only be made inside the class that declares it. */
function resolvePrivate({ name, scope, site }: PrivateUse): void {
  const declares = (at: Scope) => at.kind === "class" && at.site!.privates.some((item) => item.name === name);
  let at: Scope | null = scope;
  while (at !== null && !declares(at)) at = at.parent;
  if (at !== null) needDoor(site, at.site!);
}

function resolveReference(reference: Reference): void {
  const { name } = reference;
  let variable: Variable | undefined;
  for (let at: Scope | null = reference.scope; at !== null && variable === undefined; at = at.parent) {
    variable = at.variables.get(name);
  }
  if (variable === undefined) {
    if (name !== "this" && name !== "new.target") noteGlobal(reference);
    return;
  }
  reference.variable = variable;
  noteWrite(reference, variable);
  if (name === "arguments" && reference.site !== null && variable.scope.site === reference.site) {
    reference.site.usesArguments = true;
  }
  noteCapture(reference, variable);
  if (reference.inWith) refuseBetween(reference.site, variable.scope.site, IN_WITH);
}

function refuseBetween(from: Site | null, to: Site | null, why: string): void {
  for (let site = from; site !== to && site !== null; site = site.parent) site.refused ??= why;
}

/** Who has it has passed it on. */
function noteGlobal({ name, site: from }: Reference): void {
  for (let site = from; site !== null && !site.globals.has(name); site = site.parent) site.globals.add(name);
}

function noteWrite({ name, site: from, write, loopHead }: Reference, variable: Variable): void {
  if (!write) return;
  if (variable.kind === "const" || variable.kind === "import") {
    for (let site = from; site !== null; site = site.parent) {
      site.refused ??= `it assigns to the constant "${name}"`;
    }
  } else if (loopHead) variable.writtenInHead = true;
  else variable.mutable = true;
}

function noteCapture({ site: from }: Reference, variable: Variable): void {
  for (let site = from; site !== variable.scope.site; site = site.parent) {
    if (site === null || site.through.has(variable)) break;
    site.through.add(variable);
    variable.captured = true;
    if (variable.declaredAt > 0 && (site.isDeclaration || site.start < variable.declaredAt)) {
      variable.early = true;
    }
  }
}

/** Exported variables can be seen by functions of other modules. */
function markExports({ program, root }: Found): void {
  for (const statement of program.body) {
    if (!/^Export(Named|Default)Declaration$/.test(statement.type)) continue;
    const names: string[] = (statement.specifiers ?? []).filter(() => !statement.source).map((item: Node) =>
      item.local.name
    );
    const { declaration } = statement;
    if (declaration?.type === "VariableDeclaration") {
      for (const declarator of declaration.declarations) names.push(...boundNames(declarator.id));
    } else if (declaration?.id && /Declaration$/.test(declaration.type)) names.push(declaration.id.name);
    for (const name of names) {
      const variable = root.variables.get(name);
      if (variable !== undefined) variable.captured = true;
    }
  }
}

/** A namespace that a module's own code passes on is known by its import, wherever functions meet it later. */
function markNamespaces({ program, root, references }: Found): void {
  const namespaces = new Set<Variable>();
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration") continue;
    for (const { type, local } of statement.specifiers) {
      const variable = type === "ImportNamespaceSpecifier" ? root.variables.get(local.name) : undefined;
      if (variable !== undefined) namespaces.add(variable);
    }
  }
  for (const { variable, property } of references) {
    if (variable !== null && property === undefined && namespaces.has(variable)) variable.captured = true;
  }
}

/**
 * Closures that are born in the head of a loop see what its test and update write to the round's copy. Their scope's
 * identity has to be in the head too; so it has for those that are born in parameters and patterns.
 */
function markHeads(found: Found): void {
  for (const site of found.sites) {
    for (const variable of site.through) {
      const { scope } = variable;
      if (!isHeaded(scope) || site.start >= scope.node.body.start) continue;
      if (variable.writtenInHead) variable.mutable = true;
      if (scope.node.type === "ForStatement") scope.identityAt = scope.node.init.declarations[0].start;
      else markHeaded(scope, found);
    }
  }
}

/** Whether expressions stand in the scope before its body. */
function isHeaded({ kind, node }: Scope): boolean {
  return kind === "loop" || kind === "function" || node.type === "CatchClause";
}

function markHeaded(scope: Scope, found: Found): void {
  const fixed = scope.kind === "loop"
    ? namesIn(scope.node.right, scope, found.references)
    : isFixed(scope, found.anew);
  if (fixed) scope.identityAt = -1;
  scope.headed = true;
}

/** Whether nothing can be put into a function's parameters. */
function isFixed({ kind, node, site }: Scope, anew: Found["anew"]): boolean {
  if (kind !== "function") return false;
  const last = node.params.at(-1);
  if (site!.kind !== "setter" && last.type !== "RestElement") return false;
  const rest = last.argument?.type;
  if (rest === "ArrayPattern" || (rest === "Identifier" && site!.isGenerator)) return true;
  return rest !== "ObjectPattern" && boundNames(last).some((name) => anew.get(site!)?.has(name));
}

/** Whether a stretch of the source refers to a name of the scope's. */
function namesIn({ start, end }: Node, { variables }: Scope, references: readonly Reference[]): boolean {
  return references.some((item) => item.start >= start && item.end <= end && variables.has(item.name));
}

/** Finds sites whose closures nothing can re-create. */
function refuse({ sites, root }: Found): void {
  for (const site of sites) {
    if (site.refused !== null || site.owner !== null) continue;
    if (site.door !== null && site.door.refused !== null) {
      site.refused = `its class can't travel: ${site.door.refused}`;
    }
    for (const variable of site.through) {
      const { scope } = variable;
      if (scope === root) continue;
      if (variable.mutable && scope.identityAt < 0) {
        site.refused = `it captures "${variable.name}" where nothing can stand for its scope`;
      }
    }
  }
}
