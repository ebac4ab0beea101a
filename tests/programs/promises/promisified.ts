import { promisify } from "node:util";
import zlib from "node:zlib";
const gzip = promisify(zlib.gzip);
const gunzip = promisify(zlib.gunzip);
function later(n: number, done: (error: Error | null, value?: number) => void) {
  setTimeout(() => n < 0 ? done(new Error("negative")) : done(null, n * 2), 0);
}
const laterToo = promisify(later);
async function pack(text: string): Promise<[number, string]> {
  const packed = await gzip(text);
  return [packed.length, String(await gunzip(packed))];
}
function twice(n: number) {
  return laterToo(n).then((x) => laterToo(x as number));
}
async function inside(text: string) {
  const packed = await promisify(zlib.deflate)(text);
  return packed.length < 50;
}
console.log(await inside("inside".repeat(99)));
console.log(await pack("abc".repeat(1000)).then(([n, text]) => [n < 100, text.length]));
const packed = await pack("xyz".repeat(500));
console.log(packed[1].length, packed[0] < 100);
console.log(await twice(4));
try {
  await twice(-1);
} catch (error) {
  console.log((error as Error).message);
}
