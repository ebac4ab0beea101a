// `.then` chains that a plain function returns.
const seen: string[] = [];
function square(n: number): Promise<number> {
  seen.push(`square ${n}`);
  return Promise.resolve(n).then((x) => x * x);
}
function pipeline(n: number): Promise<string> {
  return square(n).then((x) => {
    seen.push(`got ${x}`);
    return square(x);
  }).then((x) => `=${x}`).finally(() => {
    seen.push("finally");
  });
}
console.log(await pipeline(3), seen);
console.log(await square(5), seen.length);
