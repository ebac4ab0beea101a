import fs from "node:fs";
import fsp from "node:fs/promises";
import { Buffer } from "node:buffer";
const told = async (ask: () => unknown) => {
  try {
    return await ask();
  } catch (e) {
    return [e.name, e.code, e.syscall, e.message];
  }
};
const heard = (call: (done: (e: any) => void) => void) => new Promise((done) => call((e) => done([e?.code, e?.syscall, e?.message])));
function setup() {
  fs.writeFileSync("x", "text");
}
async function closed() {
  const fd = fs.openSync("x", "r+");
  fs.closeSync(fd);
  const b = Buffer.alloc(4);
  return [await told(() => fs.readSync(fd, b)), await told(() => fs.fsyncSync(fd)), await heard((done) => fs.close(fd, done))];
}
async function handle() {
  const h = await fsp.open("x");
  await h.close();
  return [await told(() => h.read()), await told(() => h.stat()), await told(() => h.sync())];
}
async function wrongWay() {
  const [ro, wo] = [fs.openSync("x", "r"), fs.openSync("x", "a")];
  const b = Buffer.alloc(4);
  const out = [await told(() => fs.writeSync(ro, b)), await told(() => fs.readSync(wo, b)), await told(() => fs.ftruncateSync(ro, 1)), await heard((done) => fs.write(ro, b, done)), await heard((done) => fs.read(wo, b, 0, 4, 0, done)), await told(() => fs.readFileSync(wo)), await told(() => fs.writeFileSync(ro, "x"))];
  fs.closeSync(ro);
  fs.closeSync(wo);
  return out;
}
async function outside() {
  const fd = fs.openSync("x", "r+");
  const b = Buffer.alloc(4);
  const out = [await told(() => fs.readSync(fd, b, 3, 5, 0)), await told(() => fs.writeSync(fd, b, -1, 5, 0)), await told(() => fs.readSync(fd, b, 0, 1, 1.5))];
  fs.closeSync(fd);
  return out;
}
async function uncalled() {
  return await told(() => (fs.stat as any)("x"));
}
async function named() {
  return await told(() => Deno.makeTempDirSync({ prefix: "a/b" }));
}
async function folder() {
  const h = await fsp.open(".");
  const made = fs.mkdtempSync("./made-", { encoding: "buffer" });
  fs.rmdirSync(made);
  const out = [await told(() => h.readFile()), await told(() => h.read()), Buffer.isBuffer(made)];
  await h.close();
  return out;
}
setup();
console.log(await closed(), await handle(), await wrongWay(), await outside(), await uncalled(), await named(), await folder());
