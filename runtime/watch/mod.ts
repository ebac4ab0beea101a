/**
 * Watching an app that runs as it is: what it loads, and where its time goes. Loads nothing else.
 *
 * @module
 */
export { watchLostImports } from "./lost_imports.ts";
export { installNoteHook, type ModuleNote } from "./note_hook.ts";
export { Sampler } from "./sampler.ts";
export { kindOf, type SourceKind } from "./source_kind.ts";
