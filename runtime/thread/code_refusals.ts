/** Why a function or class can't travel, and what could be changed so that it does. */
export interface CodeRefusal {
  readonly what: string;
  readonly fix: string;
}

const CALL_LATER = "call the method in the function's body";

/**
 * All functions and classes that can't travel, by method id where they have one. The list is closed: every other one of
 * code that was rewritten travels.
 */
export const CODE_REFUSALS = {
  unnamedBuiltin: () => ({
    what: "a built-in function that has no name here",
    fix: "keep it out of what the method can reach",
  }),
  evaluated: () => ({
    what: "a function made by eval, by the engine or by a module that runs unchanged",
    fix: "make it within the method, or in a module of the app",
  }),
  unknownModule: () => ({ what: "a function of an unknown module", fix: "restart the app" }),
  /** `why`: what the rewriter says of its site. */
  site: (id: string, why: string) => ({ what: `the closure ${id}: ${why}`, fix: "change the function" }),
  silent: (id: string) => ({ what: `the closure ${id}, which doesn't answer`, fix: "change the function" }),
  closureParameters: (id: string) => ({
    what: `the closure ${id}: it captures parameters that are still being evaluated`,
    fix: CALL_LATER,
  }),
  unknownClass: (id: string) => ({
    what: `the function or class ${id}: the class around isn't known`,
    fix: CALL_LATER,
  }),
  earlyClass: (id: string) => ({
    what: `the class ${id}, which came into being before its module began to run`,
    fix: "make it later",
  }),
  classParameters: (id: string) => ({
    what: `the class ${id}: it captures parameters that are still being evaluated`,
    fix: CALL_LATER,
  }),
  movedMember: (id: string) => ({
    what: `the class ${id}: a member with a computed name was moved, or an object names a field`,
    fix: "leave it in its class; name fields by texts or symbols",
  }),
  takenMethod: (id: string) => ({
    what: `the method ${id}, taken out of its class`,
    fix: "keep it in its class",
  }),
} as const satisfies Readonly<Record<string, (id: string, why: string) => CodeRefusal>>;
