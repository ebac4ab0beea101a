/**
 * Built-ins that a clone's answer may name although its device never sent them: whoever calls one reaches nothing outside of
 * the program. All others (`eval`, `Function` and its kin, timers, which evaluate text, `fetch`, `process`, what acts in
 * `Deno` and Node's modules) only come home where the app's state took them along.
 */
import { EventEmitter } from "node:events";
import { execRegExp, testRegExp } from "../heap/texts.ts";
import { SafeSet } from "../heap/intrinsics.ts";

const { getPrototypeOf, getOwnPropertyDescriptor, ownKeys } = Reflect;

/** What the names of harmless built-ins start with, as {@linkcode Builtins} gives them. */
const ROOTS = new SafeSet([
  ...["Object", "Function", "Array", "Number", "Boolean", "String", "Symbol", "BigInt", "Date", "RegExp"],
  ...["Promise", "Proxy", "Reflect", "Math", "JSON", "Intl", "Atomics", "Iterator", "Temporal"],
  ...["Map", "Set", "WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry"],
  ...["ArrayBuffer", "SharedArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray"],
  ...["Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float16Array", "Float32Array"],
  ...["Float64Array", "BigInt64Array", "BigUint64Array"],
  ...["Error", "AggregateError", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError"],
  ...["URIError", "SuppressedError", "DOMException", "QuotaExceededError"],
  ...["DisposableStack", "AsyncDisposableStack"],
  ...["parseFloat", "parseInt", "isFinite", "isNaN", "decodeURI", "decodeURIComponent", "encodeURI"],
  ...["encodeURIComponent", "escape", "unescape"],
  ...["%GeneratorFunction", "%GeneratorPrototype%", "%AsyncGeneratorFunction", "%AsyncGeneratorPrototype%"],
  ...["%AsyncIteratorPrototype%", "%AsyncFunction", "%IteratorPrototype%", "%ArrayIteratorPrototype%"],
  ...["%MapIteratorPrototype%", "%SetIteratorPrototype%", "%StringIteratorPrototype%"],
  ...["%RegExpStringIteratorPrototype%", "%TypedArray%", "%ThrowTypeError%"],
  ...["console", "structuredClone", "queueMicrotask", "clearTimeout", "clearInterval", "clearImmediate"],
  ...["atob", "btoa", "Buffer", "TextEncoder", "TextDecoder", "URL", "URLSearchParams", "Headers", "Blob"],
  ...["File", "Event", "CustomEvent", "EventTarget", "AbortController", "AbortSignal"],
  ...["crypto", "Crypto", "SubtleCrypto", "performance", "Performance"],
]);
/** Parts of `Deno`. */
const DENO = /^Deno\.(errors|build|version)\b/;
/** Node's modules that only compute. */
const NODE =
  /^([gs]et )?node:(path|path\/posix|path\/win32|url|buffer|string_decoder|querystring|assert|assert\/strict)#/;

/** Functions that make functions of text. */
const EVALUATING = new SafeSet<unknown>([
  eval,
  ...[function () {}, function* () {}, async () => {}, async function* () {}]
    .map((fn) => getPrototypeOf(fn)!.constructor),
]);

/** Found under `process` or under the module, whichever was met first. */
const EMITTER = new SafeSet<unknown>([
  EventEmitter,
  EventEmitter.prototype,
  ...ownKeys(EventEmitter.prototype).map((key) =>
    getOwnPropertyDescriptor(EventEmitter.prototype, key)!.value
  ),
]);

/** `name` is the one that {@linkcode Builtins} has for it, whatever others lead there. */
export function isHarmless(builtin: object, name: string): boolean {
  if (EVALUATING.has(builtin)) return false;
  if (EMITTER.has(builtin)) return true;
  return ROOTS.has(execRegExp(/^(?:[gs]et )?([^.]*)/, name)![1]!) || testRegExp(DENO, name) ||
    testRegExp(NODE, name);
}
