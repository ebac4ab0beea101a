const log: string[] = [];
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

class Worker {
  jobs = 0;
  async work(name: string, ms: number) {
    log.push(`start ${name}`);
    await sleep(ms);
    this.jobs++;
    log.push(`end ${name}`);
    return `${name}:${this.jobs}`;
  }
  async all(names: string[]) {
    const results = await Promise.all(names.map((name, i) => this.work(name, 100 - 45 * i)));
    const settled = await Promise.allSettled([Promise.reject(new Error("no")), 1, this.work("last", 1)]);
    return { results, settled: settled.map((s) => s.status === "fulfilled" ? s.value : String(s.reason)) };
  }
}

async function order() {
  const out: number[] = [];
  queueMicrotask(() => out.push(2));
  Promise.resolve().then(() => out.push(3)).then(() => out.push(5));
  out.push(1);
  setTimeout(() => out.push(8), 0);
  await null;
  out.push(4);
  await null;
  out.push(6);
  await sleep(5);
  out.push(9);
  return out;
}

async function race() {
  return [await Promise.race([sleep(500).then(() => "slow"), sleep(1).then(() => "fast")]), await Promise.any([Promise.reject(1), Promise.resolve(2)])];
}

async function failing(n: number) {
  await sleep(1);
  if (n > 1) throw new Error(`failing ${n}`);
  return n;
}

function thenable(x: number) {
  let total = 0;
  const settled = [1, 2, 3].map((n) => ({ n, f: async () => total += n * x }));
  return settled;
}

async function withResources() {
  const closed: string[] = [];
  {
    using a = { name: "a", [Symbol.dispose]() { closed.push("a"); } };
    await using b = { async [Symbol.asyncDispose]() { await null; closed.push("b"); } };
    closed.push(a.name + typeof b);
  }
  return closed;
}

const worker = new Worker();
console.log(await worker.work("one", 2), log.splice(0));
console.log(await worker.all(["x", "y", "z"]), log.splice(0), worker);
console.log(await order());
console.log(await race());
try {
  console.log(await failing(1));
  console.log(await failing(2));
} catch (error) {
  console.log((error as Error).message);
}
const jobs = thenable(10);
console.log(await jobs[2].f(), await jobs[0].f());
console.log(await withResources());
async function traced(n: number) {
  await null;
  return new Error(`traced ${n}`).stack!.split("\n").length;
}
async function asks() {
  return await traced(1);
}
console.log(await asks());
let tail: string[] = [];
Promise.resolve().then(() => tail.push("micro"));
const result = await failing(0);
tail.push("after");
console.log(result, tail.sort());
const said: string[] = [];
function leaves(): number { Promise.resolve().then(() => said.push("later")); return said.length; }
function queues(): number { queueMicrotask(() => said.push("queued")); return said.length; }
function rejects(): number { (async () => { throw new Error("nobody's"); })(); return 1; }
addEventListener("unhandledrejection", (event) => { event.preventDefault(); console.log("unhandled", event.reason.message); });
console.log(leaves(), said); await 1; console.log(said); console.log(queues(), said); await 1; console.log(said); console.log(rejects());
