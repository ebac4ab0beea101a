/**
 * From a module's text to the forms that device and guest run. Knows no host.
 *
 * @module
 */
export { analyse } from "./analyse.ts";
export { boundIdentifiers, boundNames } from "./syntax.ts";
export { REWRITER_VERSION } from "./constants.ts";
export type { Form } from "./forms.ts";
export { type MethodId, methodId } from "./method_id.ts";
export { pinnedBecause } from "./site_facts.ts";
export type { ModuleAnalysis, Node, Scope, Site, Variable } from "./model.ts";
export { nearest, nearestMethod } from "./nearest.ts";
export { parse, ParseError } from "./parse.ts";
export { type ModuleSource, RewrittenModule } from "./rewrite.ts";
export type { BindingEntry, ExportEntry, ModuleTable, ScopeEntry, SiteEntry } from "./table.ts";
