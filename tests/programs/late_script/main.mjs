// What loads scripts is changed before the first one is loaded.
import { createRequire } from "node:module";
import vm from "node:vm";

const { runInThisContext } = vm.Script.prototype;
vm.Script.prototype.runInThisContext = function (...given) {
  console.log("compiled");
  return runInThisContext.apply(this, given);
};
RegExp.prototype.exec = () => null;
const require = createRequire(import.meta.url);
const { where, twice } = require("./script.cjs");
console.log(twice(21), where());
Error.prepareStackTrace = (error, sites) => `${error.message}: ${sites[0].getFunctionName()}`;
console.log(require("./other.cjs").where());
