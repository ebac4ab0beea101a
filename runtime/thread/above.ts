import { bind, getPrototypeOf, reflectGet, reflectSet, setPrototypeOf, TypeErrorCtor } from "./intrinsics.ts";

const NewProxy = Proxy;

/** What `super` means in methods and closures that are made anew: that of `home`, the object whose methods they were. */
export interface Above {
  get(home: object, self: unknown, key: PropertyKey): unknown;
  /** What is called at once, unless that is `optional` and there is nothing. */
  bound(home: object, self: unknown, key: PropertyKey, optional?: 1): unknown;
  /** What is assigned to. */
  on(home: object, self: unknown): object;
  /** Gives the method of `literal` the `super` of an object that may not be there yet. Returns the literal. */
  give(literal: object, home: () => object): object;
}

export const above: Above = {
  get: (home, self, key) => reflectGet(getPrototypeOf(home)!, key, self),
  bound(home, self, key, optional) {
    const method = reflectGet(getPrototypeOf(home)!, key, self);
    if (typeof method === "function") return bind(method, self);
    if (optional && (method === undefined || method === null)) return method;
    // Without a frame of its own: it throws once it is called, as the engine has it.
    return () => {
      throw new TypeErrorCtor(`(intermediate value).${String(key)} is not a function`);
    };
  },
  on: (home, self) => standOf(() => home, () => self),
  give(literal, home) {
    setPrototypeOf(literal, standOf(home));
    return literal;
  },
};

function standOf(home: () => object, given?: () => unknown): object {
  return new NewProxy({ __proto__: null }, {
    get: (_, key, self) => reflectGet(getPrototypeOf(home())!, key, given === undefined ? self : given()),
    set: (_, key, value, self) =>
      reflectSet(getPrototypeOf(home())!, key, value, given === undefined ? self : given()),
  });
}
