// Stack traces of errors made after timers that were due together with others.
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
function spin(ms) {
  for (const until = performance.now() + ms; performance.now() < until;);
}
async function wait() {
  await sleep(1);
  const soon = sleep(5);
  spin(60);
  await soon;
  throw new Error("late");
}
function late() {
  return wait();
}
async function user() {
  await late();
}
try {
  await user();
} catch (error) {
  console.log(error.stack);
}
