// Methods that ask for scripts, data and built-in modules when they are called.
const { EventEmitter } = require("node:events");
const settings = require("./settings.json");
let lib;

function load() {
  return require("./lib.cjs");
}

function work(n) {
  return lib.heavy(n, (x) => x * 2);
}

function counts() {
  const { join } = require("path");
  const late = require("./settings.json");
  late.n++;
  lib.last = late;
  const same = require("./settings.json") === late && require("./lib.cjs") === lib && load().last === late;
  return [join("a", "..", "b"), typeof require("node:fs").readFileSync, late.n, same, require.name];
}

function unknown(name) {
  return require(`./${name}.json`).never;
}

function isMain() {
  return require.main === module;
}

lib = load();
lib.heavy(1, Number);
console.log(work(3_000), work(3_001));
console.log(...counts());
settings.n = 10;
console.log(...counts());
delete require.cache[require.resolve("./settings.json")];
console.log(require("./settings.json") === settings, ...counts(), settings.n, lib.last === settings);
console.log(unknown("never"), isMain(), EventEmitter.name);
