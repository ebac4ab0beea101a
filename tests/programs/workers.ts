import { Worker as NodeWorker } from "node:worker_threads";
const asked = new URL("./modules/worker.ts", import.meta.url);
function web(n: number): Promise<unknown> {
  return new Promise((resolve) => {
    const worker = new Worker(asked, { type: "module" });
    worker.onmessage = ({ data }) => (worker.terminate(), resolve(data));
    worker.postMessage(n);
  });
}
function double(n: number): number { return n * 2; }
console.log(await web(3), await Promise.all([web(4), web(5)]));
const node = new NodeWorker(`const { parentPort, workerData } = require("node:worker_threads");
  const add = (n) => n + workerData; parentPort.postMessage([add(1), add.toString(), new Error("in a worker").stack.split("\\n")[0]]);`,
  { eval: true, workerData: 41 });
node.on("message", (message) => console.log(message));
node.on("exit", (code) => console.log("exit", code, double(code)));
