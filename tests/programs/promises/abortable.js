function cancellable(signal, n) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, 5, n);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
function inside(n) {
  const controller = new AbortController();
  const work = cancellable(controller.signal, n);
  if (n > 1) controller.abort(new Error("too large"));
  return work;
}
function timeout(ms) {
  return new Promise((resolve) => AbortSignal.timeout(ms).addEventListener("abort", () => resolve("timed out")));
}
const controller = new AbortController();
setTimeout(() => controller.abort(new Error("stop")), 1);
try {
  await cancellable(controller.signal, 1);
} catch (error) {
  console.log(error.message);
}
console.log(await inside(1));
try {
  await inside(2);
} catch (error) {
  console.log(error.message);
}
console.log(await timeout(1));
