// Who calls without awaiting sees in what order things happen.
const log = [];
function soon(name) {
  return Promise.resolve(name).then((x) => `${x}!`);
}
function effects(name) {
  log.push(`sync ${name}`);
  return Promise.resolve().then(() => log.push(`async ${name}`));
}
async function flow(name) {
  log.push(`flow ${name}`);
  await null;
  log.push(`flowed ${name}`);
  return name;
}
async function pure(n) {
  let total = 0;
  for (let i = 0; i < n; i++) {
    await null;
    total += i;
  }
  return total;
}
soon("a").then((x) => log.push(x));
Promise.resolve().then(() => log.push("m1")).then(() => log.push("m2")).then(() => log.push("m3")).then(() => log.push("m4"));
log.push("sync end");
await new Promise((resolve) => setTimeout(resolve, 1));
console.log(log.splice(0));
effects("b").then(() => log.push("reaction"));
log.push("after call");
Promise.resolve().then(() => log.push("n1")).then(() => log.push("n2"));
await new Promise((resolve) => setTimeout(resolve, 1));
console.log(log.splice(0));
const running = flow("c");
log.push("after flow");
console.log(await running, log.splice(0));
pure(3).then((x) => log.push(`pure ${x}`));
pure(1).then((x) => log.push(`pure ${x}`));
pure(0).then((x) => log.push(`pure ${x}`));
let chain = Promise.resolve();
for (let i = 0; i < 6; i++) chain = chain.then(() => log.push(`c${i}`));
await chain;
await new Promise((resolve) => setTimeout(resolve, 1));
console.log(log.splice(0));
async function outer() {
  await flow("d");
  log.push("outer goes on");
}
outer();
log.push("caller of outer goes on");
await new Promise((resolve) => setTimeout(resolve, 5));
console.log(log.splice(0));
async function outerPlain() {
  await effects("e");
  log.push("outer goes on");
}
outerPlain();
log.push("caller of outer goes on");
await new Promise((resolve) => setTimeout(resolve, 5));
console.log(log.splice(0));
