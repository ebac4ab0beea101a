// Patches every function of the language's own prototypes and namespaces by one that counts its calls.
// deno-lint-ignore-file no-explicit-any
const { apply, construct, ownKeys, getOwnPropertyDescriptor, defineProperty, getPrototypeOf } = Reflect;
const hiddenPrototypes: Record<string, object> = {
  "%TypedArray%": getPrototypeOf(Uint8Array)!,
  "%TypedArray%.prototype": getPrototypeOf(Uint8Array.prototype)!,
  "%ArrayIterator%": getPrototypeOf([].values())!,
  "%MapIterator%": getPrototypeOf(new Map().keys())!,
  "%SetIterator%": getPrototypeOf(new Set().keys())!,
  "%StringIterator%": getPrototypeOf(""[Symbol.iterator]())!,
  "%RegExpStringIterator%": getPrototypeOf("".matchAll(/a/g))!,
  "%IteratorHelper%": getPrototypeOf([].values().map((x) => x))!,
  "%Generator%": getPrototypeOf(getPrototypeOf((function* () {})())!)!,
  "%AsyncGenerator%": getPrototypeOf(getPrototypeOf((async function* () {})())!)!,
};
const names = [
  ...["Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt", "Math", "JSON", "Reflect"],
  ...["Date", "RegExp", "Promise", "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Iterator", "Error"],
  ...["ArrayBuffer", "DataView", "Uint8Array", "Int32Array", "Uint32Array", "Float64Array", "AggregateError"],
  ...["TextEncoder", "TextDecoder", "FinalizationRegistry", "Proxy", "TypeError", "URL", "Atomics"],
];
/** Calls by name, while it is counted. */
export const touches: Record<string, number> = { __proto__: null } as any;
export const state = { counts: false, inside: false, tellsCaller: false };

function count(called: string): void {
  state.inside = true;
  const key = state.tellsCaller ? `${called} ${new Error().stack!.split("\n")[3]}` : called;
  touches[key] = (touches[key] ?? 0) + 1;
  state.inside = false;
}

function patch(name: string, object: any): void {
  for (const key of ownKeys(object)) {
    const descriptor = getOwnPropertyDescriptor(object, key)!;
    if (!descriptor.configurable || key === "constructor") continue;
    const called = `${name}.${String(key)}`;
    const counting = (original: any) => {
      if (typeof original !== "function") return original;
      return function (this: unknown) {
        if (state.counts && !state.inside) count(called);
        return new.target ? construct(original, arguments as any) : apply(original, this, arguments as any);
      };
    };
    const { value, get, set } = descriptor;
    if (typeof value === "function") defineProperty(object, key, { ...descriptor, value: counting(value) });
    else if (get) defineProperty(object, key, { ...descriptor, get: counting(get), set: counting(set) });
  }
}

export function patchAll(): void {
  for (const name of names) {
    const value = (globalThis as any)[name];
    patch(name, value);
    if (typeof value === "function" && value.prototype) patch(`${name}.prototype`, value.prototype);
  }
  for (const name of Object.keys(hiddenPrototypes)) patch(name, hiddenPrototypes[name]!);
}
