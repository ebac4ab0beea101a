// A script that requires ES modules, which import others.
const { a, b, default: f, where } = require("./module.mjs");
console.log(a, b, f(), f.name, where, require("./module.mjs").b, Object.keys(require("./module.mjs")));
console.log(require("./callable.mjs")(2), require("./script.cjs").text);
const { default: { loads }, more, again } = require("./package/index.js");
console.log(loads, more, again === require("./script.cjs"));
try { require("./waits.mjs"); } catch (error) { console.log(error.code, error.message.replace(/\/.*\//g, "")); }
try { require("./fails.mjs"); } catch (error) { console.log(error.message.split("\n")[0], error instanceof TypeError); }
function act(n) { return n + a; }
console.log(act(1), require.cache[require.resolve("./module.mjs")].exports.a);
console.log(require("./untyped/index.js").lines);
import("./module.mjs").then((module) => console.log(module.default === f));
