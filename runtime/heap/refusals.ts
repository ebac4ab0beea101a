import type { Brand, ValueAccess } from "./access.ts";
import { SafeMap } from "./intrinsics.ts";

/** Why something can't travel. */
export interface Why {
  /** What it is: `a pending Promise`. */
  readonly what: string;
  /** What could be changed so that it travels. */
  readonly fix: string;
}

const CONSUME = "collect its values into an array first";
const BY_BRAND = new SafeMap<Brand, Why>();
BY_BRAND.set("sharedarraybuffer", {
  what: "a SharedArrayBuffer",
  fix: "copy it into an ArrayBuffer: another thread could be writing it",
});
BY_BRAND.set("generator", { what: "a generator in progress", fix: CONSUME });
BY_BRAND.set("mapiterator", { what: "a Map iterator in progress", fix: CONSUME });
BY_BRAND.set("setiterator", { what: "a Set iterator in progress", fix: CONSUME });
BY_BRAND.set("arrayiterator", { what: "an array iterator in progress", fix: CONSUME });
BY_BRAND.set("iterator", { what: "an iterator in progress", fix: CONSUME });
BY_BRAND.set("finalizationregistry", {
  what: "a FinalizationRegistry",
  fix: "register and unregister in code that doesn't migrate",
});

export const BOUND_PROXY: Why = { what: "a bound Proxy", fix: "bind the function inside" };
export const EMPTY_REF: Why = {
  what: "a WeakRef whose target is gone",
  fix: "drop the WeakRef when its target is gone",
};
export const PENDING: Why = {
  what: "a pending Promise",
  fix: "await it before the method is called",
};
export const THENABLE: Why = { what: "a Promise whose value has a then", fix: "remove the value's then" };
export const UNKNOWN_NAMESPACE: Why = {
  what: "the namespace of a module that is only imported dynamically",
  fix: "import it by `import * as`",
};
const REVOKED: Why = { what: "a revoked Proxy", fix: "drop it once it is revoked" };
const ON_PROXY: Why = { what: "an object whose prototype is a Proxy", fix: "make the object itself a Proxy" };

/** What is said of an object of a brand of which none travels, or not this one. */
export function whyRefused(values: ValueAccess, value: object, brand: Brand): Why {
  if (brand === "proxy") return values.isProxy(value) ? REVOKED : ON_PROXY;
  return BY_BRAND.get(brand) ?? values.describeRefused(value);
}
