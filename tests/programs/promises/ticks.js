import { setImmediate as immediately, setTimeout as sleep } from "node:timers/promises";
async function order() {
  const out = ["start"];
  setTimeout(() => out.push("timeout"), 0);
  setImmediate(() => out.push("immediate"));
  process.nextTick(() => out.push("tick"));
  queueMicrotask(() => out.push("microtask"));
  Promise.resolve().then(() => out.push("promise"));
  await sleep(20);
  return out.filter((name) => name !== "immediate" && name !== "timeout").concat(out.length);
}
function ticked(n) {
  return new Promise((resolve) => {
    const next = (left, total) => left === 0 ? resolve(total) : process.nextTick(next, left - 1, total + left);
    next(n, 0);
  });
}
function immediates(n) {
  return new Promise((resolve) => {
    const next = (left, total) => left === 0 ? resolve(total) : setImmediate(next, left - 1, total + left);
    next(n, 0);
  });
}
function messages(n) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    let total = 0;
    port1.onmessage = ({ data }) => {
      total += data;
      if (data === 0) {
        port1.close();
        port2.close();
        resolve(total);
      } else port2.postMessage(data - 1);
    };
    port2.postMessage(n);
  });
}
function intervals(n) {
  return new Promise((resolve) => {
    let count = 0;
    const timer = setInterval(() => {
      if (++count === n) {
        clearInterval(timer);
        resolve(count);
      }
    }, 1);
  });
}
async function waits() {
  return [await sleep(1, "slept"), await immediately("at once"), await sleep(0)];
}
console.log(await order());
console.log(await ticked(10));
console.log(await immediates(10));
console.log(await messages(5));
console.log(await intervals(3));
console.log(await waits());
