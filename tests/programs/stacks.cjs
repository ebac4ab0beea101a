const { join } = require("node:path");
function outer(n) { const add = (m) => { const e = new Error("made " + n + m); return e.stack; }; return add(n); }
console.log(outer(1)); console.log([1].map((n) => outer(n + 1))[0]);
console.log(module.children.length, Object.keys(require.cache).length, require.main === module, typeof module._compile, Object.keys(module).includes("_compile"));
console.log(arguments.length, arguments[1] === require, this === exports, join("a", "b"), __filename.endsWith("stacks.cjs"));
import("./modules/dynamic.ts").then((found) => console.log(Object.keys(found))).then(late);
try { require("./broken.cjs"); } catch (e) { console.log(e.name, e.message); }
const prepare = Error.prepareStackTrace; Error.prepareStackTrace = (_, sites) => sites.slice(0, 2).map((site) => [site.getFileName().split("/").at(-1), site.getLineNumber(), site.getColumnNumber(), site.getFunctionName()]);
console.log((() => { const n = 1; return (() => new Error("x").stack + n)(); })()); Error.prepareStackTrace = prepare;
function late() { setTimeout(() => { let word = "late"; (() => { throw new RangeError(word); })(); }, 1); }
