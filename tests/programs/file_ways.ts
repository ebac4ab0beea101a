import fs from "node:fs";
import fsp from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import zlib from "node:zlib";
import { Readable, Transform } from "node:stream";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { randomUUID } from "node:crypto";
function setup() {
  fs.writeFileSync(
    "in.txt",
    Array.from({ length: 3000 }, (_, i) => `line ${i} ${"x".repeat(i % 50)}`)
      .join("\n"),
  );
}
async function upper() {
  await pipeline(
    fs.createReadStream("in.txt", { highWaterMark: 777 }),
    new Transform({
      transform(c, _e, cb) {
        cb(null, c.toString().toUpperCase());
      },
    }),
    fs.createWriteStream("up.txt"),
  );
  return fs.statSync("up.txt").size;
}
async function gz() {
  await pipeline(
    fs.createReadStream("in.txt"),
    zlib.createGzip(),
    fs.createWriteStream("in.gz"),
  );
  await pipeline(
    fs.createReadStream("in.gz"),
    zlib.createGunzip(),
    fs.createWriteStream("out.txt"),
  );
  return fs.readFileSync("out.txt", "utf8") ===
    fs.readFileSync("in.txt", "utf8");
}
async function lines() {
  let n = 0, last = "";
  for await (
    const l of readline.createInterface({
      input: fs.createReadStream("in.txt"),
      crlfDelay: Infinity,
    })
  ) {
    n++;
    last = l;
  }
  return [n, last.length];
}
async function webcopy() {
  const src = await Deno.open("in.txt");
  const dst = await Deno.open("web.txt", {
    write: true,
    create: true,
    truncate: true,
  });
  await src.readable.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TransformStream({
      transform(c, k) {
        k.enqueue(c.replaceAll("line", "LINE"));
      },
    }),
  ).pipeThrough(new TextEncoderStream()).pipeTo(dst.writable);
  return Deno.readTextFileSync("web.txt").slice(0, 20);
}
async function gzweb() {
  const f = await Deno.open("in.txt");
  const g = await Deno.create("w.gz");
  await f.readable.pipeThrough(new CompressionStream("gzip")).pipeTo(
    g.writable,
  );
  return Deno.statSync("w.gz").size > 100;
}
async function events() {
  const log: string[] = [];
  const w = fs.createWriteStream("ev.txt", { flags: "a", mode: 0o600 });
  for (const e of ["open", "ready", "finish", "close"]) {
    w.on(e, () => log.push(e));
  }
  for (let i = 0; i < 5; i++) {
    if (!w.write("b".repeat(20000))) {
      await once(w, "drain");
      log.push("drain");
    }
  }
  w.end("end");
  await once(w, "close");
  return [log, w.bytesWritten, w.path];
}
async function rev() {
  const log: string[] = [];
  const r = fs.createReadStream("ev.txt", {
    start: 10,
    end: 19,
    encoding: "latin1",
  });
  for (const e of ["open", "ready", "end", "close"]) r.on(e, () => log.push(e));
  let t = "";
  r.on("data", (d) => t += d);
  await once(r, "close");
  return [log, t, r.bytesRead];
}
async function missing() {
  const r = fs.createReadStream("nope");
  const [e] = await once(r, "error");
  return [e.code, e.message, e.syscall];
}
async function fromIter() {
  await pipeline(
    Readable.from(["a", "b", "c"]),
    fs.createWriteStream("it.txt"),
  );
  await fs.promises.writeFile(
    "gen.txt",
    (async function* () {
      yield "x";
      yield "y";
    })(),
  );
  await fs.promises.appendFile("gen.txt", Readable.from(["1", "2"]) as any)
    .catch((e) => console.log("append", e.message));
  return [
    fs.readFileSync("it.txt", "utf8"),
    fs.readFileSync("gen.txt", "utf8"),
  ];
}
async function destroyed() {
  const w = fs.createWriteStream("d.txt");
  w.write("some");
  w.destroy();
  await once(w, "close");
  return fs.existsSync("d.txt");
}
function atomicWrite(file: string, text: string) {
  const tmp = `${file}.${randomUUID()}.tmp`;
  fs.writeFileSync(tmp, text, { mode: 0o640 });
  const fd = fs.openSync(tmp, "r+");
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  fs.renameSync(tmp, file);
  return fs.statSync(file).mode.toString(8);
}
function appendLog() {
  for (let i = 0; i < 20; i++) fs.appendFileSync("app.log", `entry ${i}\n`);
  const fd = fs.openSync("app.log", "a");
  fs.writeSync(fd, "tail\n");
  fs.ftruncateSync(fd, fs.fstatSync(fd).size - 2);
  fs.closeSync(fd);
  return fs.readFileSync("app.log", "utf8").length;
}
function rotate() {
  for (let i = 3; i >= 1; i--) {
    if (fs.existsSync(`app.log.${i}`)) {
      fs.renameSync(`app.log.${i}`, `app.log.${i + 1}`);
    }
  }
  fs.renameSync("app.log", "app.log.1");
  fs.writeFileSync("app.log", "");
  return fs.readdirSync(".").filter((n) => n.startsWith("app")).sort();
}
function tmp() {
  const d = fs.mkdtempSync(path.join(os.tmpdir(), "odd-"));
  fs.writeFileSync(path.join(d, "x"), "1");
  const r = [fs.readdirSync(d), fs.statSync(d).mode.toString(8)];
  fs.rmSync(d, { recursive: true });
  return [r, fs.existsSync(d)];
}
function tmpMove() {
  const d = Deno.makeTempDirSync();
  const f = Deno.makeTempFileSync({ dir: d, prefix: "p", suffix: ".s" });
  Deno.writeTextFileSync(f, "moved");
  Deno.copyFileSync(f, "moved.txt");
  Deno.removeSync(d, { recursive: true });
  return Deno.readTextFileSync("moved.txt");
}
function links() {
  fs.mkdirSync("l/d", { recursive: true });
  fs.symlinkSync("d", "l/s", "dir");
  fs.symlinkSync("../moved.txt", "l/up");
  fs.symlinkSync("nowhere", "l/broken");
  fs.symlinkSync("loop", "l/loop");
  fs.linkSync("moved.txt", "l/hard");
  fs.writeFileSync("l/s/f", "through");
  const out: unknown[] = [
    fs.readlinkSync("l/up"),
    fs.readFileSync("l/up", "utf8"),
    fs.existsSync("l/broken"),
    fs.lstatSync("l/broken").isSymbolicLink(),
    fs.realpathSync("l/s/f").endsWith("l/d/f"),
    fs.statSync("moved.txt").nlink,
  ];
  try {
    fs.readFileSync("l/loop");
  } catch (e) {
    out.push(e.code, e.message);
  }
  fs.unlinkSync("l/s");
  out.push(fs.readdirSync("l").sort(), fs.readdirSync("l/d"));
  fs.writeFileSync("l/up", "written through");
  out.push(
    fs.readFileSync("moved.txt", "utf8"),
    fs.readFileSync("l/hard", "utf8"),
  );
  for (const n of ["broken", "loop", "up"]) fs.unlinkSync(`l/${n}`);
  return out;
}
function times() {
  fs.utimesSync("moved.txt", 1e9, 1.1e9);
  fs.writeFileSync("t2", "x");
  fs.utimesSync("t2", new Date(1.2e12), new Date("2001-02-03T04:05:06.789Z"));
  const fd = fs.openSync("t2", "r+");
  fs.futimesSync(fd, 5, 6.5);
  const a = fs.fstatSync(fd).mtimeMs;
  fs.closeSync(fd);
  return [
    fs.statSync("moved.txt").mtime.toISOString(),
    fs.statSync("l/hard").mtimeMs,
    a,
    fs.statSync("t2", { bigint: true }).mtimeNs,
  ];
}
function modes() {
  fs.chmodSync("t2", 0o755);
  fs.chmodSync("moved.txt", "600");
  const r = [
    fs.statSync("t2").mode & 0o777,
    fs.statSync("l/hard").mode & 0o777,
  ];
  fs.accessSync("t2", fs.constants.X_OK);
  try {
    fs.accessSync("none");
  } catch (e) {
    r.push(e.message);
  }
  return r;
}
function trunc() {
  fs.writeFileSync("tr", "0123456789");
  fs.truncateSync("tr", 4);
  fs.truncateSync("tr", 8);
  const b = fs.readFileSync("tr");
  Deno.truncateSync("tr", 2);
  return [[...b], fs.readFileSync("tr", "utf8")];
}
async function cpTree() {
  await fs.promises.cp("l", "l2", { recursive: true });
  fs.cpSync("l2", "l3", {
    recursive: true,
    filter: (s) => !s.endsWith("hard"),
  });
  try {
    fs.cpSync("l2", "l3");
  } catch (e) {
    return [e.code, fs.readdirSync("l3")];
  }
  return 0;
}
function errors() {
  const out: string[] = [];
  for (
    const f of [
      () => fs.mkdirSync("l"),
      () => fs.rmdirSync("l"),
      () => fs.unlinkSync("l"),
      () => fs.readdirSync("tr"),
      () => fs.readFileSync("l"),
      () => fs.renameSync("none", "x"),
      () => fs.writeFileSync("none/x", ""),
      () => fs.openSync("tr", "wx"),
      () => fs.copyFileSync("none", "y"),
      () => fs.rmSync("none"),
      () => fs.rmSync("l"),
      () => fs.linkSync("tr", "t2"),
      () => fs.symlinkSync("a", "tr"),
      () => fs.readlinkSync("tr"),
      () => fs.mkdirSync("none/a"),
      () => fs.renameSync("l", "l/d/x"),
      () => Deno.removeSync("l"),
      () => Deno.mkdirSync("l"),
      () => Deno.readTextFileSync("none"),
      () => Deno.renameSync("none", "b"),
      () => Deno.openSync("tr", { createNew: true, write: true }),
      () => Deno.openSync("tr", {} as any),
    ]
  ) {
    try {
      f();
      out.push("no");
    } catch (e) {
      out.push(`${e.name}|${e.code}|${e.syscall}|${e.errno}|${e.message}`);
    }
  }
  return out;
}
function seek() {
  using f = Deno.openSync("s.bin", {
    read: true,
    write: true,
    create: true,
    truncate: true,
  });
  f.writeSync(new TextEncoder().encode("hello world"));
  const out: unknown[] = [
    f.seekSync(0, Deno.SeekMode.Start),
    f.seekSync(3, Deno.SeekMode.Current),
    f.seekSync(-2, Deno.SeekMode.End),
  ];
  const b = new Uint8Array(4);
  out.push(f.readSync(b), f.readSync(b), [...b]);
  f.seekSync(20n, Deno.SeekMode.Start);
  f.writeSync(new Uint8Array([1, 2]));
  out.push(f.statSync().size);
  f.truncateSync(5);
  out.push(f.seekSync(0, Deno.SeekMode.Current));
  try {
    f.seekSync(-1, Deno.SeekMode.Start);
  } catch (e) {
    out.push(e.name, e.message);
  }
  f.syncSync();
  f.syncDataSync();
  out.push(f.isTerminal());
  return out;
}
async function aseek() {
  const f = await Deno.open("s.bin", { append: true, read: true });
  await f.write(new Uint8Array([65, 66]));
  await f.seek(0, 0);
  const b = new Uint8Array(100);
  const n = await f.read(b);
  const e = await f.read(b);
  await f.utime(10, 20);
  const m = (await f.stat()).mtime;
  f.close();
  try {
    f.close();
  } catch (x) {
    return [n, e, m, x.name, x.message];
  }
  return 0;
}
function vecs() {
  const fd = fs.openSync("v.bin", "w+");
  const n = fs.writevSync(fd, [
    Buffer.from("one"),
    Buffer.from("two"),
    new Uint8Array([51]),
  ]);
  const [a, b] = [Buffer.alloc(2), Buffer.alloc(10)];
  const r = fs.readvSync(fd, [a, b], 0);
  const r2 = fs.readSync(fd, a);
  fs.closeSync(fd);
  return [n, r, a.toString(), b.toString("utf8", 0, r - 2), r2];
}
async function fh() {
  const h = await fsp.open("h.txt", "w+");
  const out: unknown[] = [];
  out.push(
    (await h.write("abc")).bytesWritten,
    (await h.write(Buffer.from("defg"), 1, 2)).bytesWritten,
    (await h.writev([Buffer.from("x"), Buffer.from("y")])).bytesWritten,
  );
  await h.appendFile("tail");
  await h.sync();
  await h.datasync();
  const { bytesRead, buffer } = await h.read({
    buffer: Buffer.alloc(5),
    position: 0,
  });
  out.push(bytesRead, buffer.toString());
  out.push((await h.readv([Buffer.alloc(2)], 1)).bytesRead);
  await h.truncate(4);
  out.push((await h.stat()).size);
  await h.chmod(0o640);
  await h.utimes(1, 2);
  out.push(h.fd > 2);
  await h.close();
  out.push(await fsp.readFile("h.txt", { encoding: "utf8" }));
  return out;
}
async function fhLines() {
  await fsp.writeFile("lines", "a\nb\r\nc");
  const h = await fsp.open("lines");
  const out: string[] = [];
  for await (const l of h.readLines()) out.push(l);
  return out;
}
async function fhStreams() {
  const h = await fsp.open("fs.txt", "w");
  const w = h.createWriteStream();
  w.end("streamed");
  await new Promise((d) => w.on("close", d));
  const r = await fsp.open("fs.txt");
  let t = "";
  for await (const c of r.createReadStream({ encoding: "utf8" })) t += c;
  return t;
}
async function dirs() {
  fs.mkdirSync("dd/a/b", { recursive: true });
  for (const n of ["z", "y", "x"]) fs.writeFileSync(`dd/${n}`, n);
  const d = await fsp.opendir("dd");
  const names: string[] = [];
  let e;
  while ((e = await d.read()) !== null) {
    names.push(`${e.name}:${e.isDirectory()}`);
  }
  await d.close();
  const s = fs.opendirSync("dd");
  const first = s.readSync() !== null;
  s.closeSync();
  const rec = fs.readdirSync("dd", { recursive: true }).map(String).sort();
  const t = fs.readdirSync("dd", { withFileTypes: true }).map((
    x,
  ) => [x.name, x.isFile(), x.parentPath]).sort();
  const w: string[] = [];
  for (const x of Deno.readDirSync("dd")) w.push(`${x.name}${x.isFile}`);
  return [names.sort(), first, rec, t, w.sort()];
}
async function cbs() {
  return await new Promise((done) =>
    fs.writeFile(
      "cb",
      "1",
      (e1) =>
        fs.readFile("cb", "utf8", (e2, d) =>
          fs.stat("cb", (e3, s) =>
            fs.rename("cb", "cb2", (e4) =>
              fs.unlink("cb", (e5) =>
                fs.access("cb2", (e6) =>
                  fs.exists("cb", (x) =>
                    done([e1, e2, d, e3, s.size, e4, e5?.code, e6, x]))))))),
    )
  );
}
function bytes() {
  const out: unknown[] = [];
  fs.writeFileSync("u16", "hé", "utf16le");
  out.push(
    fs.readFileSync("u16", "hex"),
    fs.readFileSync("u16", "base64"),
    fs.readFileSync("u16", { encoding: "utf16le" }),
  );
  fs.writeFileSync("dv", new DataView(new ArrayBuffer(3)));
  out.push(fs.statSync("dv").size);
  fs.writeFileSync("f32", new Float32Array([1.5]));
  out.push([...fs.readFileSync("f32")]);
  try {
    fs.writeFileSync("bad", 5 as any);
  } catch (e) {
    out.push(e.code, e.message);
  }
  try {
    fs.readFileSync({} as any);
  } catch (e) {
    out.push(e.code);
  }
  return out;
}
async function flags() {
  const out: unknown[] = [];
  for (const fl of ["r", "r+", "w", "wx", "a", "a+", "ax", "as", "rs+", "q"]) {
    try {
      const fd = fs.openSync("fl", fl);
      fs.closeSync(fd);
      out.push(fl);
    } catch (e) {
      out.push(`${fl}:${e.code}`);
    }
  }
  out.push(fs.openSync !== undefined, fs.constants.O_CREAT);
  const fd = fs.openSync(
    "fl2",
    fs.constants.O_CREAT | fs.constants.O_RDWR | fs.constants.O_EXCL,
    0o600,
  );
  fs.writeSync(fd, "q");
  fs.closeSync(fd);
  return out;
}
function stats() {
  const s = fs.statSync("h.txt");
  const d = Deno.statSync("h.txt");
  return [
    Object.keys(s).sort().join(),
    s.isFile(),
    s.mode.toString(8),
    s.size,
    s.mtimeMs,
    s.atime instanceof Date,
    d.isFile,
    d.mode,
    d.mtime,
    typeof d.ino,
    d.isBlockDevice,
    Object.keys(d).sort().join(),
  ];
}
async function misc() {
  const out: unknown[] = [
    await fsp.access("h.txt").then(() => 1),
    await fsp.stat("none").catch((
      e,
    ) => [e.code, e.message, e.stack.split("\n").length > 0]),
    fs.statSync("none", { throwIfNoEntry: false }),
  ];
  await fsp.mkdir("m/n/o", { recursive: true }).then((x) =>
    out.push(String(x).endsWith("/m"))
  );
  await fsp.rm("m", { recursive: true });
  await fsp.copyFile("h.txt", "h3");
  out.push((await fsp.readdir(".")).length);
  out.push(await Deno.realPath("./h3").then((p) => p.endsWith("/h3")));
  await Deno.writeTextFile("a1", "1", { append: true, mode: 0o600 });
  await Deno.writeFile("a1", new Uint8Array([50]), { append: true });
  out.push(
    await Deno.readTextFile("a1"),
    (await Deno.lstat("a1")).mode! & 0o777,
  );
  return out;
}
function abortable() {
  const c = new AbortController();
  c.abort();
  return Deno.readFile("a1", { signal: c.signal }).then(
    () => 1,
    (e) => [e.name, e.message],
  );
}
setup();
console.log(
  await upper(),
  await gz(),
  await lines(),
  await webcopy(),
  await gzweb(),
  await events(),
  await rev(),
  await missing(),
  await fromIter(),
  await destroyed(),
);
fs.rmSync("in.gz");
fs.rmSync("w.gz");
console.log(
  atomicWrite("conf.json", "{}"),
  atomicWrite("conf.json", '{"a":1}'),
  appendLog(),
  rotate(),
  rotate(),
  tmp(),
  tmpMove(),
  links(),
  times(),
  modes(),
  trunc(),
  await cpTree(),
  errors(),
);
console.log(
  seek(),
  await aseek(),
  vecs(),
  await fh(),
  await fhLines(),
  await fhStreams(),
  await dirs(),
  await cbs(),
  bytes(),
  await flags(),
  stats(),
  await misc(),
  await abortable(),
);
fs.rmSync("u16");
fs.rmSync("f32");
fs.rmSync("v.bin");
fs.rmSync("s.bin");
/** What is left, as anybody sees it. */
const seen: string[] = [];
for (
  const path of fs.readdirSync(".", { recursive: true }).map(String).sort()
) {
  const { mode, nlink, size, mtimeMs } = fs.lstatSync(path);
  seen.push(
    `${path} ${mode.toString(8)} ${
      fs.lstatSync(path).isDirectory() ? "" : `${nlink} ${size}`
    } ${mtimeMs < 1.5e12 ? mtimeMs : "now"}`,
  );
}
console.log(seen.join("\n"));
