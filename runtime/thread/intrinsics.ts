/** Copies of built-ins taken before any app code ran: what an app patches later is never called by the runtime. */
import { typedArrayLength } from "../heap/intrinsics.ts";

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
export const functionBind = Function.prototype.bind;
export const bind = uncurry<Function>(Function.prototype.bind);
export const Url = URL;
export const urlText = uncurry<string>(getOwnPropertyDescriptor(URL.prototype, "href")!.get!);
export const urlPath = uncurry<string>(getOwnPropertyDescriptor(URL.prototype, "pathname")!.get!);
export const decodeText = decodeURIComponent;
export const reflectGet = Reflect.get;
export const reflectSet = Reflect.set;

/** Deno's own readers ask a buffer for its length, which programs can have something to say in. */
export function ownLength(bytes: Uint8Array): Uint8Array {
  defineProperty(bytes, "length", { value: typedArrayLength(bytes) });
  return bytes;
}

export {
  apply,
  construct,
  defineProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  ownKeys,
  setPrototypeOf,
};
export {
  createObject,
  deleteProperty,
  floor,
  hasOwn,
  isArray,
  max,
  min,
  objectEntries,
  objectKeys,
  objectValues,
  parseJson,
  SafeMap,
  SafeSet,
  SafeWeakMap,
  SafeWeakSet,
  typedArrayBuffer,
  typedArrayByteOffset,
  typedArrayLength,
} from "../heap/intrinsics.ts";
