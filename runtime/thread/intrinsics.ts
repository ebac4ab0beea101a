/** Copies of built-ins taken before any app code ran: what an app patches later is never called by the runtime. */

const {
  apply,
  construct,
  ownKeys,
  getOwnPropertyDescriptor,
  defineProperty,
  getPrototypeOf,
  setPrototypeOf,
} = Reflect;

/** `uncurry(f)(self, ...args)` calls f on self without touching a property of f. */
// deno-lint-ignore no-explicit-any
export function uncurry<R>(method: (...args: any[]) => R): (self: unknown, ...args: any[]) => R {
  return (self, ...args) => apply(method, self, args) as R;
}

/** The engine's own `Function.prototype.toString`. */
export const functionText: (fn: Function) => string = uncurry(Function.prototype.toString);
const generatorPrototype = getPrototypeOf(getPrototypeOf((function* () {})())!) as Iterator<unknown>;
const asyncGeneratorPrototype = getPrototypeOf(getPrototypeOf((async function* () {})())!) as AsyncIterator<
  unknown
>;
export const generatorNext = uncurry(generatorPrototype.next);
export const asyncGeneratorNext = uncurry(asyncGeneratorPrototype.next);
export const promiseThen = uncurry(Promise.prototype.then);
export const PromiseCtor = Promise;
export const ReferenceErrorCtor = ReferenceError;
export const TypeErrorCtor = TypeError;
export const bind = uncurry<Function>(Function.prototype.bind);
export const reflectGet = Reflect.get;
export const reflectSet = Reflect.set;

export {
  apply,
  construct,
  defineProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  ownKeys,
  setPrototypeOf,
};
