import { deepStrictEqual, equal } from "node:assert/strict";
import { BuiltinChanges, type DefinitionWatch } from "./builtin_changes.ts";

// deno-lint-ignore no-explicit-any
const arrayPrototype = Array.prototype as any;
const { map } = Array.prototype;
const { random } = Math;

/** What a program does to a built-in without defining anything, and what undoes it. */
const CHANGES: readonly (readonly [string, object, PropertyKey, () => void, () => void])[] = [
  [
    "adds a method",
    Array.prototype,
    "last",
    () => arrayPrototype.last = random,
    () => delete arrayPrototype.last,
  ],
  [
    "adds a symbol",
    Array.prototype,
    Symbol.for("added"),
    () => arrayPrototype[Symbol.for("added")] = 1,
    () => delete arrayPrototype[Symbol.for("added")],
  ],
  [
    "replaces a method",
    Array.prototype,
    "map",
    () => arrayPrototype.map = random,
    () => arrayPrototype.map = map,
  ],
  ["replaces a function", Math, "random", () => Math.random = () => 4, () => Math.random = random],
];

for (const looks of [1, 30]) {
  Deno.test(`BuiltinChanges sees what a program did to built-ins at the look after ${looks}`, () => {
    const watch: DefinitionWatch = { onDefinition: undefined };
    const changes = new BuiltinChanges(watch);
    for (let i = 0; i < looks; i++) deepStrictEqual(changes.objects(), []);
    for (const [what, object, key, make, undo] of CHANGES) {
      make();
      try {
        deepStrictEqual(changes.objects(), [object], what);
        deepStrictEqual(changes.keysOf(object), [key], what);
      } finally {
        undo();
      }
    }
    deepStrictEqual(changes.objects(), []);
  });

  Deno.test(`BuiltinChanges sees a removed method and accessor at the look after ${looks}`, () => {
    const watch: DefinitionWatch = { onDefinition: undefined };
    const changes = new BuiltinChanges(watch);
    for (let i = 0; i < looks; i++) changes.objects();
    for (const [object, key] of [[Set.prototype, "size"], [String.prototype, "at"]] as const) {
      const descriptor = Object.getOwnPropertyDescriptor(object, key)!;
      Reflect.deleteProperty(object, key);
      try {
        deepStrictEqual(changes.objects(), [object]);
        deepStrictEqual(changes.keysOf(object), [key]);
      } finally {
        Object.defineProperty(object, key, descriptor);
      }
    }
  });
}

Deno.test("BuiltinChanges runs no accessor that a program defined, however often it looks", () => {
  const watch: DefinitionWatch = { onDefinition: undefined };
  const changes = new BuiltinChanges(watch);
  for (let i = 0; i < 30; i++) changes.objects();
  const descriptor = Object.getOwnPropertyDescriptor(Math, "random")!;
  let touched = 0;
  watch.onDefinition!(Math);
  Object.defineProperty(Math, "random", {
    get: () => {
      touched++;
      return random;
    },
    configurable: true,
  });
  try {
    deepStrictEqual(changes.objects(), [Math]);
    equal(touched, 0);
  } finally {
    Object.defineProperty(Math, "random", descriptor);
  }
});
