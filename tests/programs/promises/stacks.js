// Stack traces of errors made before and after the wait.
async function inner(n) {
  await null;
  throw new Error(`inner ${n}`);
}
function passes(n) {
  return inner(n);
}
function chained(n) {
  return Promise.resolve(n).then((x) => {
    throw new TypeError(`chained ${x}`);
  });
}
function direct(n) {
  return new Promise((_, reject) => reject(new RangeError(`direct ${n}`)));
}
function timed(n) {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(`timed ${n}`)), 0));
}
async function user(act, n) {
  await act(n);
}
for (const act of [passes, chained, direct, timed]) {
  try {
    await user(act, 1);
  } catch (error) {
    console.log(error.stack);
  }
  try {
    await act(2);
  } catch (error) {
    console.log(error);
  }
}
console.log(await Promise.all([passes(3).catch((error) => error.stack), inner(4).catch((error) => error.stack)]));
const first = await passes(5).then(() => "fine", (error) => error.stack);
console.log(first);
await passes(6);
