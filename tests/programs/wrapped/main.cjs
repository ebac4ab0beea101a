// An app that puts something around the scripts that it requires.
const Module = require("node:module");
const { wrap } = Module;
const first = require("./first.cjs");
Module.wrap = (text) => wrap(`const path = { here: __filename.length > 0, given: typeof require };${text}\nexports.after = 1;`);
const second = require("./second.cjs");
Module.wrap = wrap;
console.log(first.has, first.after, second.has, second.after, second.where().split("\n")[1].trim());
console.log(require("./third.cjs").has, second.f.toString());
const own = new Module(require.resolve("./second.cjs"), module);
own.load(own.id);
console.log(own.exports.f(1), own.exports.where === second.where, own.exports.where().split("\n").slice(1, 3));
