import { equal, notEqual } from "node:assert/strict";
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
