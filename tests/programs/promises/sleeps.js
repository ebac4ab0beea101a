// A timer for which another machine's thread had better not stand still.
const sleep = (n) => new Promise((resolve) => setTimeout(resolve, n, n));
function pause(n) { return sleep(n); }
console.log(await pause(1500));
console.log(await pause(5));
