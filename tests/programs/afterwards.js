import { once } from "node:events";
import fs from "node:fs";
import readline from "node:readline";
import { finished, pipeline, Readable, Writable } from "node:stream";
import { createGzip } from "node:zlib";

const state = { loud: false, told: 0, seen: 0 };
const tell = (what) => console.log(what, ++state.told);
fs.writeFileSync("in.txt", Array.from({ length: 300 }, (_, i) => `line ${i}`).join("\n"));

// What only Node has left to do when they return.
async function countLines(path) {
  let letters = 0;
  for await (const line of readline.createInterface({ input: fs.createReadStream(path) })) letters += line.length;
  return letters;
}
async function firstLine(path) {
  for await (const line of readline.createInterface({ input: fs.createReadStream(path) })) return line;
}
async function writes(path) {
  const to = fs.createWriteStream(path);
  for (let i = 0; i < 50; i++) if (!to.write(`row ${i}\n`)) await once(to, "drain");
  to.end();
  await once(to, "finish");
  return fs.statSync(path).size;
}
async function zips(from, to) {
  const out = fs.createWriteStream(to);
  fs.createReadStream(from).pipe(createGzip()).pipe(out);
  await once(out, "finish");
  return out.bytesWritten;
}

// What enters the program's code after their return, which may see what their caller did meanwhile.
async function listens(path) {
  const to = fs.createWriteStream(path);
  to.on("close", () => {
    if (state.loud) tell("closed while loud");
  });
  to.end("x");
  await once(to, "finish");
  return path;
}
function tells() {
  if (state.loud) tell("told while loud");
}
async function callsBack(path) {
  const to = fs.createWriteStream(path);
  finished(to, tells);
  to.end("y");
  await once(to, "finish");
  return path;
}
class Sink extends Writable {
  _write(_chunk, _encoding, done) {
    done();
  }
  _destroy(error, done) {
    if (state.loud) tell("destroyed while loud");
    done(error);
  }
}
async function sinks() {
  const sink = new Sink();
  sink.end("z");
  return await null ?? 3;
}
const takes = {
  chunk(chunk) {
    state.seen += chunk.length;
  },
};
async function flows(path) {
  fs.createReadStream(path).on("data", takes.chunk);
  return await null ?? 1;
}
async function goesOnWriting(path) {
  pipeline(Readable.from(["a", "b"]), fs.createWriteStream(path), () => {});
  return await null ?? 2;
}

const first = [await countLines("in.txt"), await firstLine("in.txt"), await writes("out.txt")];
console.log(first, await zips("in.txt", "in.gz"));
const later = async (result, isOver) => {
  state.loud = true;
  for (let i = 0; i < 3000 && !isOver(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  console.log(result, state.seen);
  state.loud = false;
};
await later(await listens("l.txt"), () => state.told === 1);
await later(await callsBack("c.txt"), () => state.told === 2);
await later(await sinks(), () => state.told === 3);
await later(await flows("in.txt"), () => state.seen === 2589);
await later(await goesOnWriting("g.txt"), () => fs.existsSync("g.txt") && fs.readFileSync("g.txt", "utf8") === "ab");
