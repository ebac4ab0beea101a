// What outlives the promise: never lost, never run twice.
const log = [];
function early(n) {
  return new Promise((resolve) => {
    setTimeout(() => log.push(`late ${n}`), 30);
    setTimeout(() => resolve(n), 1);
  });
}
function microtaskAfter(n) {
  return new Promise((resolve) => {
    resolve(n);
    Promise.resolve().then(() => {}).then(() => {}).then(() => {}).then(() => log.push(`after ${n}`));
  });
}
function never() {
  return new Promise((resolve) => {
    setTimeout(() => log.push("never"), 1);
    globalThis.keep = resolve;
  });
}
function interval(n) {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      log.push(`beat ${n}`);
      if (log.filter((line) => line.startsWith("beat")).length === 3) clearInterval(timer);
      resolve(n);
    }, 1);
  });
}
console.log(await early(1), [...log]);
await new Promise((resolve) => setTimeout(resolve, 60));
console.log(log.splice(0));
console.log(await microtaskAfter(2));
await new Promise((resolve) => setTimeout(resolve, 1));
console.log(log.splice(0));
const race = await Promise.race([never(), new Promise((resolve) => setTimeout(resolve, 30, "raced"))]);
console.log(race, log.splice(0));
console.log(await interval(3));
await new Promise((resolve) => setTimeout(resolve, 40));
console.log(log.splice(0));
