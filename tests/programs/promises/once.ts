import { EventEmitter, on, once } from "node:events";
class Job extends EventEmitter {
  run(n: number) {
    let total = 0;
    for (let i = 1; i <= n; i++) total += i;
    setTimeout(() => this.emit("done", total, n), 0);
    return this;
  }
}
async function runJob(n: number) {
  const job = new Job();
  const [total] = await once(job.run(n), "done");
  return total as number;
}
function runPlain(n: number) {
  return once(new Job().run(n), "done").then(([total, given]) => `${given}:${total}`);
}
async function ticks() {
  const source = new EventEmitter();
  queueMicrotask(() => [1, 2, 3].forEach((n) => source.emit("tick", n)));
  const seen: number[] = [];
  for await (const [n] of on(source, "tick")) {
    seen.push(n);
    if (n === 3) break;
  }
  return seen;
}
console.log(await runJob(100));
console.log(await runPlain(10));
console.log(await ticks());
