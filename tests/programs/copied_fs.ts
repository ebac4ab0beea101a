import fs from "node:fs";

/** As graceful-fs has it: the module's own accessors on another object. */
const copied: typeof fs = Object.create(null);
for (const name of Object.keys(fs)) Object.defineProperty(copied, name, Object.getOwnPropertyDescriptor(fs, name)!);

async function copies(n: number) {
  copied.writeFileSync("from", "x".repeat(n));
  await new Promise((done, fail) => copied.createReadStream("from").pipe(copied.createWriteStream("to")).on("finish", done).on("error", fail));
  return [(await copied.promises.readFile("to")).length, copied.existsSync("none")];
}
async function counts() {
  let count = 0;
  const stream = new copied.ReadStream("to");
  await new Promise((done) => stream.on("data", (chunk) => count += chunk.length).on("close", () => done(0)));
  return [count, stream instanceof copied.ReadStream, copied.ReadStream === fs.ReadStream, fs.WriteStream.name];
}
function accessors() {
  const { get, set } = Object.getOwnPropertyDescriptor(copied, "createReadStream")!;
  return [get!.name, typeof set, get === Object.getOwnPropertyDescriptor(fs, "createReadStream")!.get, Object.keys(copied).join() === Object.keys(fs).join()];
}
console.log(await copies(1000), await counts(), accessors());
