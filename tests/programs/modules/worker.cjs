// A script as a Worker's main module.
const { parentPort, workerData, isMainThread } = require("node:worker_threads");
const { basename } = require("node:path");
const legacy = require("./legacy.cjs");
let total = workerData[0];
function add(n) { return (total += n); }
const frames = new Error("x").stack.split("\n").slice(1).map((line) => line.replace(/file:.*\//, ""));
parentPort.postMessage([require.main === module, module.id, module.parent, basename(__filename), isMainThread, process.argv.slice(2)]);
parentPort.postMessage([frames, add.toString(), Object.keys(legacy).sort(), module.children.length, basename(process.argv[1])]);
parentPort.once("message", (message) => {
  parentPort.postMessage([message, add(2)]);
  process.exit(3);
});
