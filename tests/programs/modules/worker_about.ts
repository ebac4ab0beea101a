// What a Worker's module can see of how it was started, and messages that were posted before it ran.
declare const postMessage: (message: unknown) => void;
let count = 0;
class Counter {
  #seen = 0;
  add(by = 1) { return this.#seen += by; }
}
const counter = new Counter();
const last = (url: string) => url.split("/").at(-1);
postMessage([import.meta.main, last(import.meta.url), last(self.location.href), last(String(self.location)), self.name]);
postMessage([Deno.mainModule, Counter.toString(), counter.add.toString(), typeof (globalThis as any).require]);
self.onmessage = ({ data, isTrusted, ports }: MessageEvent) => {
  const frames = new Error("x").stack!.split("\n").slice(1).map((line) => line.replace(/file:.*\//, ""));
  // Where the engine takes a second message from its queue depends on the moment.
  frames[frames.length - 1] = frames.at(-1)!.replace(/\d+\)$/, ")");
  postMessage([data, isTrusted, ports.length, ++count, counter.add(2), frames]);
  if (count === 2) postMessage("done");
  // Not from here: below this function is where the engine takes messages, at one of two places. Nor at once: what ends a Worker
  // may overtake what it has posted.
  if (data === "fail") setTimeout(() => { throw new RangeError(`after ${count}`); }, 500);
};
