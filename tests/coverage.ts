/**
 * What of the language travels: one row a method of the programs in `tests/programs/coverage`. The test runs each of them
 * at a clone; `docs/coverage.md` is written from here (`deno run -A tests/coverage.ts`).
 */
import { REFUSALS } from "../runtime/heap/refusals.ts";
import { CODE_REFUSALS } from "../runtime/thread/code_refusals.ts";
export interface CoverageRow {
  readonly method: string;
  readonly what: string;
  /** The exact reason that the trace gives, less the path; undefined if it travels. */
  readonly refused?: string;
  /** Why it can't be done, for people. */
  readonly why?: string;
}

/** Methods of `values.ts`. */
export const TRAVELS: readonly CoverageRow[] = [
  {
    method: "objects",
    what: "plain, null-prototype and frozen objects; property order and attributes; cycles",
  },
  { method: "accessors", what: "getters and setters, as such" },
  { method: "symbols", what: "unique, registered and well-known symbols as keys and values" },
  { method: "arrays", what: "arrays with holes, other properties and a set length" },
  { method: "maps", what: "`Map`, in order" },
  { method: "sets", what: "`Set`, in order" },
  { method: "iterators", what: "`Map` and `Set` iterators in progress, with what they iterate over" },
  {
    method: "listIterators",
    what: "array iterators in progress that are put into a variable, a property or a call",
  },
  { method: "buffers", what: "`ArrayBuffer`, resizable ones, views that share one, `DataView`" },
  { method: "dates", what: "`Date`, invalid ones too" },
  { method: "regexps", what: "`RegExp` with its `lastIndex`" },
  { method: "boxes", what: "boxed primitives, bigints, −0, NaN" },
  {
    method: "errors",
    what: "`Error`, subclasses, `cause`, `AggregateError`, a `stack` of the app's own lines",
  },
  {
    method: "classes",
    what:
      "classes, subclasses, `super`, static state, private fields, methods and statics, members and fields with computed names",
  },
  { method: "privateMethods", what: "private methods and static ones, stored or bound" },
  { method: "mixins", what: "class expressions made by functions" },
  { method: "closures", what: "closures that share a scope; closures born at the clone" },
  { method: "defaults", what: "functions as default values of parameters" },
  { method: "capturedThis", what: "arrow functions with their `this`" },
  { method: "ofClass", what: "closures that use private names or `super` of their class" },
  { method: "ofLiteral", what: "methods of object literals that use `super`, and closures in them" },
  { method: "boundFunctions", what: "bound functions" },
  { method: "argumentsObjects", what: "`arguments` objects" },
  { method: "builtIns", what: "built-in functions and prototypes, by name" },
  { method: "patchedBuiltIns", what: "methods that the program put on built-in prototypes" },
  { method: "disguised", what: "objects with slots whose prototype was replaced" },
  { method: "bindings", what: "`let`, `const` and imports of modules" },
  { method: "namespaceObject", what: "module namespace objects" },
  { method: "weakMaps", what: "`WeakMap` and `WeakSet`: the entries whose keys travel" },
  { method: "weakRefs", what: "`WeakRef`, with its target" },
  {
    method: "registries",
    what: "`FinalizationRegistry`: what migrated code registers is watched on the device",
  },
  { method: "promises", what: "settled promises" },
  { method: "proxies", what: "`Proxy`, with target and handler" },
  { method: "urls", what: "`URL` and `URLSearchParams`, tied to each other" },
  { method: "headers", what: "`Headers`" },
  { method: "coders", what: "`TextEncoder`, `TextDecoder`" },
  { method: "blobs", what: "`Blob` and `File`, up to 64 MiB" },
  { method: "exceptions", what: "`DOMException`" },
  { method: "intl", what: "`Intl` objects" },
  { method: "temporal", what: "`Temporal` objects" },
];

/** Methods of `hard.ts`: what has hurt others. */
export const HARD: readonly CoverageRow[] = [
  {
    method: "inHead",
    what: "closures asked in the head of a `for (let …)` loop, whose variables they share",
  },
  { method: "inTest", what: "… in its test" },
  { method: "inUpdate", what: "… in its update" },
  { method: "inBody", what: "… in its body" },
  { method: "patterns", what: "defaults and patterns with side effects" },
  { method: "importCycle", what: "modules that import each other" },
  { method: "factories", what: "class factories: mixins with private fields and shared state" },
  { method: "privates", what: "`#x` on objects that no constructor of the class made" },
  {
    method: "innerClasses",
    what:
      "classes inside classes: instances and closures that use private names of both, and such classes born there",
  },
  { method: "iteratedMap", what: "a `Map` that is merged while the device iterates over it" },
  { method: "iteratedSet", what: "a `Set`, likewise" },
  {
    method: "refilled",
    what: "… that was cleared and filled again meanwhile: the iterator meets all once more",
  },
  { method: "refilledSet", what: "… a `Set`, likewise" },
  {
    method: "madeOfTexts",
    what: "functions made of texts (`new Function`), on either side, and closures born in them",
  },
  { method: "bornThere", what: "two closures of one scope, one born on each side" },
  { method: "usedAgain", what: "… used together later" },
  { method: "leftovers", what: "one guest, many invocations: globals, bindings, timers that were cleared" },
  {
    method: "moduleValues",
    what:
      "what a module of the app or a library computed when it was loaded (random numbers, times, identities, counters): no module is evaluated at the clone, so its values are always the device's",
  },
  { method: "uninitialised", what: "variables before their declaration" },
];

const SLOTS = "nothing shows how far it has come";
const UNREACHED = "an iterator doesn't show whose entries it meets";
const HOST = "its state is the host's";

/** Methods of `refused.ts`. */
export const REFUSED: readonly CoverageRow[] = [
  {
    method: "pendingPromise",
    what: "pending promises",
    refused: "it touches a pending Promise",
    why: "what will settle it is on the device",
  },
  {
    method: "sharedBuffer",
    what: "`SharedArrayBuffer`",
    refused: "it touches a SharedArrayBuffer",
    why: "another thread could be writing it",
  },
  {
    method: "revokedProxy",
    what: "revoked proxies",
    refused: "it touches a revoked Proxy",
    why: "nothing is left of it",
  },
  {
    method: "proxyPrototype",
    what: "objects that inherit from a proxy",
    refused: "it touches an object whose prototype is a Proxy",
    why: "looking at it would run traps",
  },
  {
    method: "boundProxy",
    what: "bound proxies",
    refused: "it touches a bound Proxy",
    why: "binding asks the proxy for its name",
  },
  {
    method: "thenable",
    what: "promises of a value that has got a `then` since",
    refused: "it touches a Promise whose value has a then",
    why: "settling another one would call it",
  },
  {
    method: "arrayIterator",
    what: "array iterators that a call returns, or that code makes which isn't rewritten",
    refused: "it touches an array iterator that wasn't stored where it was made",
    why: SLOTS,
  },
  {
    method: "farIterator",
    what: "array iterators of keys or entries that have given more than a million",
    refused: "it touches an array iterator of keys or entries that has given more than a million",
    why: "another one has to be stepped to where it stands",
  },
  {
    method: "mapIterator",
    what: "`Map` iterators, if the method doesn't reach the `Map`",
    refused: "it touches an iterator over a Map that isn't reached",
    why: UNREACHED,
  },
  {
    method: "setIterator",
    what: "`Set` iterators, if the method doesn't reach the `Set`",
    refused: "it touches an iterator over a Set that isn't reached",
    why: UNREACHED,
  },
  {
    method: "stringIterator",
    what: "other built-in iterators in progress",
    refused: "it touches an iterator in progress",
    why: SLOTS,
  },
  {
    method: "generator",
    what: "generators in progress",
    refused: "it touches a generator in progress",
    why: "their frame can't be written back",
  },
  {
    method: "asyncGenerator",
    what: "async generators in progress",
    refused: "it touches a generator in progress",
    why: "their frame can't be written back",
  },
  {
    method: "registry",
    what: "taking back from a `FinalizationRegistry` what the device registered",
    refused: "it takes back what the device registered with a FinalizationRegistry",
    why: "only the device can tell whether something was registered",
  },
  {
    method: "midStream",
    what: "a `TextDecoder` that was called with options (it may be in the middle of a stream)",
    refused: "it touches TextDecoder",
    why: "the bytes it holds back can't be seen",
  },
  {
    method: "responseHeaders",
    what: "`Headers` of a request or response",
    refused: "it touches Headers",
    why: HOST,
  },
  { method: "abortSignal", what: "`AbortSignal`", refused: "it touches AbortSignal", why: HOST },
  { method: "stream", what: "streams", refused: "it touches ReadableStream", why: HOST },
  { method: "openFile", what: "open files, sockets", refused: "it touches Deno.FsFile", why: HOST },
  { method: "webAssembly", what: "WebAssembly objects", refused: "exports fails here", why: HOST },
  {
    method: "evaluated",
    what: "functions made by `eval`",
    refused: "it touches a function made by eval, by the engine or by a module that runs unchanged",
    why: "nobody saw what they capture",
  },
  {
    method: "dynamicNamespace",
    what: "the namespace object of a module that is only imported dynamically",
    refused: "it touches the namespace of a module that is only imported dynamically",
    why: "no import names it",
  },
  {
    method: "computedMember",
    what: "classes with a field that is named by an object",
    refused:
      "it touches the class coverage/refused.ts#Keyed: a member with a computed name was moved, or an object names a field",
    why: "only code of the app's can tell the name that it stands for",
  },
  {
    method: "timerLeft",
    what: "methods that leave a timer, a microtask or an unhandled rejection",
    refused: "it leaves work for after its return",
    why: "it goes on after the method's caller",
  },
];

/** The document. */
export function coverageDocument(): string {
  const travels = TRAVELS.map(({ what }) => `- ${what}`);
  const hard = HARD.map(({ what }) => `- ${what}`);
  const code = Object.values(CODE_REFUSALS).map((refusal) => {
    const { what, fix } = refusal("METHOD", "REASON OF THE REWRITER");
    return `- ${what} (${fix})`;
  });
  const shown = REFUSED.map(({ refused }) => refused);
  const rare = Object.values(REFUSALS).filter(({ what }) => !shown.some((reason) => reason?.includes(what)))
    .map(({ what, fix }) => `- ${what} (${fix})`);
  const refused = REFUSED.map(({ what, refused, why }) => `| ${what} | ${refused} | ${why} |`);
  return `# What travels

<!-- written by tests/coverage.ts from what tests/coverage_test.ts runs -->

A method that migrates may use anything that it can reach. What follows is run by \`tests/coverage_test.ts\`: a method
uses and changes one kind of value at a clone, and the program must leave what it leaves under \`deno run\`.

## Travels, both ways

Identity, order, attributes and aliasing stay as they are, and no code of the program runs meanwhile.

${travels.join("\n")}

## What has hurt others

These travel too, and have a fixture each:

${hard.join("\n")}

## Stays on the device

The refused list: an object of these kinds stays behind, and is missed only if the method touches it. Then the method
runs on the device, with this reason in the trace.

| What | Reason in the trace | Why |
| --- | --- | --- |
${refused.join("\n")}

Rarer ones, each of which \`runtime/heap/refusal_test.ts\` makes:

${rare.join("\n")}

Of functions and classes of code that was rewritten all travel but these:

${code.join("\n")}

How far an array iterator has come is in a slot that nothing shows: V8 previews Map and Set iterators only, also to its
inspector and in heap snapshots; \`next()\` takes it on for good, and no change of the array takes it back. So rewritten code
makes iterators that it stores or passes on over a view of their array, which counts along; each \`next()\` then takes some
0.5 µs. Those that \`for…of\`, spreads and patterns use at once, and those that are returned at once (mostly to a
\`for…of\`), stay the engine's own. A string is no object, so nothing can stand for it: its iterators stay.

Of a Map or Set iterator V8 tells how many entries it still meets, but not whose. So the collection is found among those
that the method reaches, by giving each one more entry for a moment. If the method reaches other Maps (Sets), but not this
iterator's, then one that had met all entries without having said so (\`done\`) counts as ended from then on: V8 takes it
for that whenever it is looked at, by \`console.log\` too.

Other objects of the host (requests, events, crypto keys, subprocesses, timers of Node) stay behind like those.
`;
}

if (import.meta.main) {
  Deno.writeTextFileSync(new URL("../docs/coverage.md", import.meta.url), coverageDocument());
}
