/** Which variables closures capture, and what stands for the scopes they share. */

import type { Scope, Site, Variable } from "./model.ts";
import { boundNames } from "./syntax.ts";

/** Up to how many captured variables a closure's own accessor names all of a shared scope. */
const FEW = 8;

const known = new WeakMap<Site, readonly Variable[]>();

/**
 * Captured variables that a closure's own accessor reads, by scope and index: those it captured, and of a shared scope all
 * that it can name, since a scope travels whole. Scopes with an accessor of their own aren't among them.
 */
export function capturesOf(site: Site): readonly Variable[] {
  let captures = known.get(site);
  if (captures === undefined) known.set(site, captures = findCaptures(site));
  return captures;
}

function findCaptures(site: Site): readonly Variable[] {
  const variables = new Set<Variable>();
  for (const variable of site.through) {
    // Only a class's heritage and computed keys can see these: what is made of the class elsewhere doesn't evaluate them.
    if (site.kind === "class" && variable.kind === "pseudo") continue;
    if (variable.scope.index >= 0 && !hasAccessor(variable.scope)) variables.add(variable);
  }
  for (const scope of scopesOf(site)) {
    if (!hasIdentity(scope) || hasAccessor(scope)) continue;
    for (const variable of scope.captured) if (canName(site, variable)) variables.add(variable);
  }
  return [...variables].sort((a, b) => a.scope.index - b.scope.index || a.index - b.index);
}

function canName(site: Site, variable: Variable): boolean {
  if (site.kind === "class" && variable.kind === "pseudo") return false;
  if (isShadowed(site, variable)) return false;
  if (isAmongParams(site, variable.scope) && !/^(param|pseudo|self)$/.test(variable.kind)) return false;
  for (
    let scope: Scope | null = site.outer;
    scope !== null && scope !== variable.scope;
    scope = scope.parent
  ) {
    if (scope.variables.has(variable.name)) return false;
  }
  return true;
}

/** Whether the site stands among the parameters of the function that the scope belongs to. */
function isAmongParams(site: Site, { kind, headed, node }: Scope): boolean {
  return headed && kind === "function" && site.start < node.body.start;
}

/** The scopes that a site captures variables from, by index. */
export function scopesOf(site: Site): readonly Scope[] {
  let scopes = knownScopes.get(site);
  if (scopes === undefined) knownScopes.set(site, scopes = findScopes(site));
  return scopes;
}

const knownScopes = new WeakMap<Site, readonly Scope[]>();

function findScopes({ through }: Site): readonly Scope[] {
  const scopes = new Set<Scope>();
  for (const { scope } of through) if (scope.index >= 0) scopes.add(scope);
  return [...scopes].sort((a, b) => a.index - b.index);
}

/** Whether the scope's identity is an accessor of all its captured variables: there are too many to repeat them. */
export function hasAccessor(scope: Scope): boolean {
  return hasIdentity(scope) && !scope.headed && scope.captured.length > FEW &&
    (scope.kind === "function" || scope.node.type === "BlockStatement");
}

/** Whether closures of the scope share variables that change after initialisation. */
export function hasIdentity(scope: Scope): boolean {
  if (scope.identityAt < 0) return false;
  let shared = identities.get(scope);
  if (shared === undefined) {
    identities.set(scope, shared = scope.captured.some((variable) => variable.mutable));
  }
  return shared;
}

const identities = new WeakMap<Scope, boolean>();

export function isWritable(variable: Variable): boolean {
  return !["const", "import", "self", "pseudo"].includes(variable.kind);
}

/** Whether the site's own top scope hides the variable, so that a check there can't name it. */
export function isShadowed(site: Site, variable: Variable): boolean {
  if (site.kind === "class" || variable.kind === "pseudo") return false;
  let own = ownNames.get(site);
  if (own === undefined) ownNames.set(site, own = findOwnNames(site));
  return own.has(variable.name);
}

const ownNames = new WeakMap<Site, ReadonlySet<string>>();

function findOwnNames({ node }: Site): ReadonlySet<string> {
  const own = new Set<string>(node.params.flatMap(boundNames));
  if (node.body.type !== "BlockStatement") return own;
  for (const statement of node.body.body) {
    if (statement.type === "VariableDeclaration") {
      for (const declarator of statement.declarations) {
        boundNames(declarator.id).forEach((name) => own.add(name));
      }
    } else if (statement.id?.name) own.add(statement.id.name);
  }
  return own;
}
