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

/** All that a Worker posts until it says that it is done, and how it fails. */
function posted(url: string, first: unknown[] = []): Promise<unknown[]> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(url, import.meta.url), { type: "module", name: "named" });
    const seen: unknown[] = [];
    worker.onmessage = ({ data }) => {
      if (data === "done") worker.terminate(), resolve(seen);
      else seen.push(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      seen.push([event.message, event.filename?.split("/").at(-1), event.lineno, event.colno]);
      worker.terminate();
      resolve(seen);
    };
    for (const message of first) worker.postMessage(message);
  });
}
await new Promise((resolve) => node.once("exit", resolve));
console.log(await posted("./modules/worker_about.ts", ["early", { n: 2 }]));
console.log(await posted("./modules/worker_about.ts", ["fail"]));
console.log(await posted("./modules/worker_nested.ts"));
console.log(await posted("./modules/worker_late.ts"));
console.log(await posted("./modules/worker_fetch.ts", [1, 2]));
const script = new NodeWorker(new URL("./modules/worker.cjs", import.meta.url), { argv: ["x"], workerData: [4] });
script.on("message", (message) => console.log(message));
script.on("error", (error) => console.log(error.name, error.message));
script.postMessage("go");
script.on("exit", (code) => console.log("exit", code));
