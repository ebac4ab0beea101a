// A Worker that starts Workers, by URL and by a path beside its own.
import { answer } from "./library.ts";
declare const postMessage: (message: unknown) => void;
const ask = (worker: Worker, n: number) =>
  new Promise((resolve) => {
    worker.onmessage = ({ data }) => (worker.terminate(), resolve(data));
    worker.postMessage(n);
  });
postMessage(await ask(new Worker(new URL("./worker.ts", import.meta.url).href, { type: "module" }), answer));
postMessage(await ask(new Worker("./worker.ts", { type: "module" }), 1));
postMessage([Worker.name, Worker.toString().slice(0, 12), new Error("here").stack!.split("\n")[1]!.replace(/file:.*\//, "")]);
postMessage("done");
