/** Files in ways that programs of all kinds use them: locks, swaps, odd names, places to write at, streams' sizes. */
import fs from "node:fs";
import fsp from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { json, text } from "node:stream/consumers";
import { ReadableStream as WebStream } from "node:stream/web";

type Call = () => unknown;
/** What each call returns, or all that its error shows. */
function each(calls: readonly Call[]): unknown[] {
  return calls.map((call) => {
    try {
      return call();
    } catch (error) {
      const { name, code, message, path, dest } = error as Record<
        string,
        unknown
      >;
      return {
        name,
        code,
        message,
        path,
        dest,
        keys: Object.keys(error as object).sort().join(),
      };
    }
  });
}

function lockFiles() {
  fs.mkdirSync("x.lock");
  fs.writeFileSync("me", "1");
  fs.linkSync("me", "linked.lock");
  const seen = each([
    () => fs.mkdirSync("x.lock"),
    () => fs.linkSync("me", "linked.lock"),
    () => fs.openSync("me", "wx"),
  ]);
  fs.rmdirSync("x.lock");
  fs.unlinkSync("linked.lock");
  return seen;
}

function swaps() {
  for (const name of ["now", "next"]) {
    fs.mkdirSync(`${name}/inner`, { recursive: true });
    fs.writeFileSync(`${name}/inner/file`, name);
  }
  fs.renameSync("now", "before");
  fs.renameSync("next", "now");
  fs.rmSync("before", { recursive: true });
  fs.symlinkSync("now", "current");
  fs.symlinkSync("now/inner", "current.new");
  fs.renameSync("current.new", "current");
  return [
    fs.readFileSync("current/file", "utf8"),
    fs.realpathSync("current") === path.resolve("now/inner"),
  ];
}

const NAMES = [
  "a b",
  "😀",
  "a#b",
  "100%",
  "%41",
  "a?b",
  "é",
  "e\u0301",
  "tab\t",
  "new\nline",
  "'\"",
  "back\\slash",
  "-rf",
];
function names() {
  return NAMES.map((name) => {
    fs.writeFileSync(name, name);
    const url = new URL(`file://${process.cwd()}/${encodeURIComponent(name)}`);
    return [
      fs.readFileSync(url, "utf8") === name,
      Deno.readTextFileSync(url) === name,
    ];
  });
}

function noName() {
  const node = [
    ...[
      () => fs.readFileSync(""),
      () => fs.mkdirSync(""),
      () => fs.statSync(""),
      () => fs.accessSync(""),
    ],
    ...[
      () => fs.renameSync("", "a"),
      () => fs.renameSync("me", ""),
      () => fs.openSync("", "w"),
    ],
  ];
  return each([
    ...node,
    () => Deno.readTextFileSync(""),
    () => Deno.renameSync("me", ""),
    () => fs.existsSync(""),
  ]);
}

function folderWithoutName() {
  return [
    fs.mkdirSync("", { recursive: true }),
    Deno.mkdirSync("", { recursive: true }),
  ];
}

function placesOfText() {
  fs.writeFileSync("places", "..........");
  const fd = fs.openSync("places", "r+");
  const counts = [
    fs.writeSync(fd, "AB", 5),
    fs.writeSync(fd, "4344", 5, "hex"),
    fs.writeSync(fd, Buffer.from("EF"), 0, 2, 6),
  ];
  fs.closeSync(fd);
  return [counts, fs.readFileSync("places", "utf8")];
}

async function placesOfTextLater() {
  fs.writeFileSync("places", "..........");
  const fd = fs.openSync("places", "r+");
  const called = await new Promise((resolve) =>
    fs.write(fd, "AB", 5, (...args: unknown[]) => resolve(args))
  );
  fs.closeSync(fd);
  const handle = await fsp.open("places", "r+");
  const handled = await handle.write("4344", 7, "hex");
  await handle.close();
  return [called, handled, fs.readFileSync("places", "utf8")];
}

/** Buffers that both come home. */
function shortBuffer() {
  return Buffer.from("short");
}
function shortBufferToo() {
  return [
    Buffer.from("too"),
    Buffer.concat([Buffer.from("a"), Buffer.from("b")]),
  ];
}

async function streamSizes() {
  const file = await Deno.open("streamed", { write: true, create: true });
  const writer = file.writable.getWriter();
  const sizes = [writer.desiredSize];
  const [first, second] = [
    writer.write(new Uint8Array(5_000)),
    writer.write(new Uint8Array(100_000)),
  ];
  sizes.push(writer.desiredSize);
  await Promise.all([first, second]);
  await writer.close();
  const { writable } = await Deno.open("streamed", { write: true });
  const failed = await writable.getWriter().write("text" as never).catch((
    error,
  ) => String(error));
  return [sizes, failed, Deno.statSync("streamed").size];
}

async function consumed() {
  fs.writeFileSync("list.json", "[1,2,3]");
  const { readable } = await Deno.open("list.json");
  const failed = await text(fs.createReadStream("nothing")).catch(({ code, message }) => [code, message]);
  const all = [await json(fs.createReadStream("list.json")), await text(Readable.from(["a", "b"])), await text(readable)];
  return [...all, failed, WebStream === ReadableStream];
}

async function keyValues() {
  using kv = await Deno.openKv(":memory:");
  await kv.set(["key"], 1);
  return (await kv.get(["key"])).value;
}

function hasUnstable() {
  return ["openKv" in Deno, "cron" in Deno, "WebTransport" in globalThis];
}

function sparse() {
  using file = Deno.openSync("sparse", {
    read: true,
    write: true,
    create: true,
  });
  file.truncateSync(5 * 2 ** 30);
  file.seekSync(2 ** 32 + 5, Deno.SeekMode.Start);
  file.writeSync(Uint8Array.of(7));
  file.seekSync(-2, Deno.SeekMode.Current);
  const bytes = new Uint8Array(4);
  const count = file.readSync(bytes);
  Deno.removeSync("sparse");
  return [count, [...bytes], file.statSync().size];
}

function readsDevices() {
  fs.writeFileSync("/dev/null", "x");
  return [
    fs.readFileSync("/dev/null").length,
    fs.readFileSync("/proc/self/status", "utf8").startsWith("Name:"),
  ];
}

console.log(lockFiles(), swaps(), names(), noName(), folderWithoutName());
console.log(
  placesOfText(),
  await placesOfTextLater(),
  shortBuffer(),
  shortBufferToo(),
);
console.log(
  await streamSizes(),
  await keyValues(),
  hasUnstable(),
  sparse(),
  readsDevices(),
);
// Not zeros by the hundred thousand.
fs.rmSync("streamed");
