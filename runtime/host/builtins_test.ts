import { deepEqual, equal, notEqual } from "node:assert/strict";
import { EventEmitter } from "node:events";
import nodeModule, { createRequire } from "node:module";
import process from "node:process";
import readline from "node:readline/promises";
import { Stream } from "node:stream";
import { Builtins } from "./builtins.ts";
import { Values } from "./values.ts";

Deno.test("nameOf() names EventEmitter after its own module, whichever subclass's module was imported first", () => {
  const builtins = new Builtins();
  builtins.addModule("node:readline/promises#", () => readline);
  notEqual(builtins.nameOf(readline.Interface), undefined);
  equal(builtins.nameOf(EventEmitter), "node:events#");
  equal(builtins.nameOf(EventEmitter.prototype), "node:events#.prototype");
});

Deno.test("brandOf() takes an emitter for plain where a module with a subclass of it was imported first", () => {
  const builtins = new Builtins();
  builtins.addModule("node:readline/promises#", () => readline);
  const values = new Values(builtins);
  equal(values.brandOf(new (class Game extends EventEmitter {})()), "plain");
});

Deno.test("nameOf() gives no name to what is the program's, wherever the host keeps it", () => {
  const require = createRequire(import.meta.url);
  const script = require("../../tests/programs/sloppy.cjs");
  const listener = () => {};
  process.on("exit", listener);
  const builtins = new Builtins();
  builtins.addModule("node:module#", () => nodeModule);
  builtins.addModule("node:process#", () => process);
  equal(builtins.nameOf(script), undefined);
  equal(builtins.nameOf(listener), undefined);
  notEqual(builtins.nameOf(nodeModule.createRequire), undefined);
  process.off("exit", listener);
});

Deno.test("brandOf() takes what extends Node's first streams for plain", () => {
  const builtins = new Builtins();
  builtins.addModule("node:fs#", () => process.getBuiltinModule("node:fs"));
  builtins.addModule("node:stream#", () => Stream);
  equal(new Values(builtins).brandOf(new (class Picture extends Stream {})()), "plain");
});

/** Names of the global object's getters that were called while `work` ran. */
function called(names: readonly string[], work: () => void): string[] {
  const seen: string[] = [];
  const before = names.map((name) => [name, Reflect.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, descriptor] of before) {
    const get = () => {
      seen.push(name);
      return descriptor?.get === undefined
        ? descriptor?.value
        : Reflect.apply(descriptor.get, globalThis, []);
    };
    Object.defineProperty(globalThis, name, { get, configurable: true });
  }
  try {
    work();
  } finally {
    for (const [name, descriptor] of before) {
      Reflect.deleteProperty(globalThis, name);
      if (descriptor !== undefined) Object.defineProperty(globalThis, name, descriptor);
    }
  }
  return seen;
}

const LAZY = ["crypto", "process", "navigator", "Buffer", "Request"];

Deno.test("Builtins.nameOf() loads nothing of the host's for what is the program's own", () => {
  // From text, as comments don't outlive the compiler.
  const Request = (0, eval)("(class Request { /*!cc:0:0*/ })");
  const loaded = called(LAZY, () => {
    const builtins = new Builtins();
    for (const value of [{}, Object.create(null), [], new Map(), new Request(), Request, Request.prototype]) {
      deepEqual(builtins.nameOf(value), undefined);
    }
  });
  deepEqual(loaded, []);
});

Deno.test("Builtins.nameOf() finds the host's objects behind getters", () => {
  const { crypto, process, navigator, Buffer, Request } = globalThis as any;
  const loaded = called(LAZY, () => {
    const builtins = new Builtins();
    deepEqual(
      [crypto, process, navigator, Buffer.isBuffer, Request.prototype].map((value) => builtins.nameOf(value)),
      ["crypto", "process", "navigator", "Buffer.isBuffer", "Request.prototype"],
    );
  });
  deepEqual(loaded, LAZY);
});

Deno.test("Builtins.nameOf() knows what a program put something else in place of before the first name was asked for", () => {
  const { map } = Array.prototype;
  const { readTextFileSync } = Deno;
  const builtins = new Builtins();
  const stand = () => [];
  builtins.replace(Array.prototype.filter, stand);
  try {
    Array.prototype.map = () => [];
    Deno.readTextFileSync = () => "";
    deepEqual([builtins.nameOf(map), builtins.nameOf(readTextFileSync)], [
      "Array.prototype.map",
      "Deno.readTextFileSync",
    ]);
    equal(builtins.byName("Array.prototype.map"), map);
    equal(builtins.byName("Array.prototype.filter"), stand);
  } finally {
    Array.prototype.map = map;
    Deno.readTextFileSync = readTextFileSync;
  }
});
