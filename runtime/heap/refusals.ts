import type { Brand, ValueAccess } from "./access.ts";

/** Why something can't travel. */
export interface Why {
  /** What it is: `a pending Promise`. */
  readonly what: string;
  /** What could be changed so that it travels. */
  readonly fix: string;
}

const CONSUME = "collect its values into an array first";

/**
 * All that can't travel of the language itself. The list is closed: besides these only what {@linkcode CodeAccess} says of
 * functions and {@linkcode ValueAccess} of objects of the host stays behind, and everything else travels.
 */
export const REFUSALS = {
  sharedBuffer: {
    what: "a SharedArrayBuffer",
    fix: "copy it into an ArrayBuffer: another thread could be writing it",
  },
  shrunkenView: {
    what: "a view that lies outside its shrunken buffer",
    fix: "grow the buffer again or drop the view",
  },
  generator: { what: "a generator in progress", fix: CONSUME },
  arrayIterator: {
    what: "an array iterator that wasn't stored where it was made",
    fix: "put it into a variable first, or collect its values into an array",
  },
  farIterator: {
    what: "an array iterator of keys or entries that has given more than a million",
    fix: "count with values() instead",
  },
  iterator: { what: "an iterator in progress", fix: CONSUME },
  unreachedMap: {
    what: "an iterator over a Map that isn't reached",
    fix: "let the method reach the Map too, or collect the iterator's values into an array first",
  },
  unreachedSet: {
    what: "an iterator over a Set that isn't reached",
    fix: "let the method reach the Set too, or collect the iterator's values into an array first",
  },
  untoldItem: {
    what: "a Map iterator whose next key can't be looked at",
    fix: "use entries() instead of keys() or values()",
  },
  oddIterator: {
    what: "an iterator with properties or a prototype of the program's",
    fix: "keep what belongs to it in a WeakMap",
  },
  emptyRef: { what: "a WeakRef whose target is gone", fix: "drop the WeakRef when its target is gone" },
  pendingPromise: { what: "a pending Promise", fix: "await it before the method is called" },
  thenable: { what: "a Promise whose value has a then", fix: "remove the value's then" },
  revokedProxy: { what: "a revoked Proxy", fix: "drop it once it is revoked" },
  proxyPrototype: { what: "an object whose prototype is a Proxy", fix: "make the object itself a Proxy" },
  boundProxy: { what: "a bound Proxy", fix: "bind the function inside" },
  dynamicNamespace: {
    what: "the namespace of a module that is only imported dynamically",
    fix: "import it by `import * as`",
  },
  prototypeAhead: {
    what: "a class whose prototype object migrated before it",
    fix: "leave the prototype's constructor property alone",
  },
  changedBuiltin: {
    what: "a built-in object that was changed at the clone",
    fix: "change built-ins in code that doesn't migrate",
  },
} as const satisfies Readonly<Record<string, Why>>;

/** What is said of an object of a brand of which none travels, or not this one. */
export function whyRefused(values: ValueAccess, value: object, brand: Brand): Why {
  switch (brand) {
    case "proxy":
      return values.isProxy(value) ? REFUSALS.revokedProxy : REFUSALS.proxyPrototype;
    case "sharedarraybuffer":
      return REFUSALS.sharedBuffer;
    case "iterator":
    case "generator":
      return REFUSALS[brand];
    default:
      return values.describeRefused(value);
  }
}
