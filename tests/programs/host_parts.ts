/** What the host API table calls the same on both sides: each method uses one thing of the host, and is to run at a clone. */
import * as asyncHooks from "node:async_hooks";
import * as crypto2 from "node:crypto";
import diagnostics from "node:diagnostics_channel";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import process from "node:process";
import stream from "node:stream";
import * as threads from "node:worker_threads";
import v8 from "node:v8";
import zlib from "node:zlib";

const started = { ms: performance.now(), parts: process.hrtime(), nanoseconds: process.hrtime.bigint(), date: Date.now() };
const origin = performance.timeOrigin, own = Deno.pid;
const kept = { nextTick: process.nextTick, exit: process.exit, cwd: process.cwd };
class Picture extends stream.Stream { pixels = new Uint8Array(9); }
const picture = new Picture();
for (const end = Date.now() + 50; Date.now() < end;);

const uses = {
  async intl() {
    return new Intl.NumberFormat("de").format(1234.5) + new Intl.DateTimeFormat("en", { timeZone: "UTC" }).format(0);
  },
  async urlPattern() {
    return new URLPattern({ pathname: "/a/:b" }).exec("https://x/a/1")!.pathname.groups.b;
  },
  async decoderStream() {
    return await new Response(new Response("héé").body!.pipeThrough(new TextDecoderStream()).pipeThrough(new TextEncoderStream())).text();
  },
  async compression() {
    return (await new Response(new Response("x".repeat(999)).body!.pipeThrough(new CompressionStream("gzip"))).bytes()).length > 10;
  },
  async clone() {
    return structuredClone({ a: new Date(0), m: new Map([[1, 2]]) }).m.get(1);
  },
  async microtask() {
    return await new Promise((resolve) => queueMicrotask(() => resolve("ran")));
  },
  async timer() {
    return await new Promise((resolve) => setTimeout(() => resolve("ran"), 1));
  },
  async digest() {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(3))).toHex();
  },
  async clocks() {
    const [seconds, more] = process.hrtime(started.parts);
    const passed = Date.now() - started.date;
    const others = [
      performance.now() - started.ms,
      seconds * 1e3 + more / 1e6,
      Number(process.hrtime.bigint() - started.nanoseconds) / 1e6,
    ];
    return [others.every((ms) => Math.abs(ms - passed) < 1000), passed >= 50, Math.abs(performance.timeOrigin - origin) < 1000];
  },
  async process() {
    return [Deno.pid === own, process.pid === own, process.execPath, process.uptime() > 0];
  },
  async partsOfProcess() {
    return [await new Promise((done) => kept.nextTick(done, "ticked")), typeof kept.exit, kept.cwd() === Deno.cwd()];
  },
  async firstStreams() {
    return [picture.pixels.fill(1).length, picture instanceof stream.Stream, picture.emit("end"), new Picture().pixels.length];
  },
  async surroundings() {
    return [process.cwd() === Deno.cwd(), process.version, process.platform, process.arch, Deno.args, Deno.mainModule, Deno.hostname()];
  },
  async os() {
    return [os.EOL, os.platform(), os.arch(), os.type(), os.endianness(), os.devNull, os.hostname(), os.tmpdir(), os.constants.signals.SIGINT];
  },
  async threads() {
    return [threads.isMainThread, threads.threadId, threads.workerData];
  },
  async http() {
    return http.STATUS_CODES[404] + http.METHODS.join();
  },
  async net() {
    const list = new net.BlockList();
    list.addAddress("1.2.3.4");
    return [net.isIP("1.2.3.4"), net.isIPv4("::1"), net.isIPv6("::1"), list.check("1.2.3.4")];
  },
  async v8() {
    return v8.deserialize(v8.serialize({ a: [1] })).a[0];
  },
  async zlib() {
    return zlib.gunzipSync(zlib.gzipSync("abc")).toString() + zlib.crc32("x");
  },
  async crypto() {
    return crypto2.createHash("md5").update("x").digest("hex") + crypto2.pbkdf2Sync("p", "s", 1, 8, "sha1").toString("hex") +
      crypto.randomUUID().length + crypto2.randomBytes(4).length;
  },
  async plain() {
    const form = new FormData();
    form.append("a", "b");
    return [await new Blob(["a", "b"]).text(), [...new Headers({ a: "b" })], new Request("https://x/").url, [...form], String(new DOMMatrix([1, 2, 3, 4, 5, 6]))];
  },
  async events() {
    const target = new EventTarget(), controller = new AbortController(), seen: unknown[] = [];
    target.addEventListener("x", ({ type }) => seen.push(type));
    target.dispatchEvent(new CustomEvent("x"));
    const channel = diagnostics.channel("parts");
    channel.subscribe((message) => seen.push(message));
    channel.publish(1);
    controller.abort("why");
    return [...seen, controller.signal.reason];
  },
  async streams() {
    const parts = [];
    for await (const part of stream.Readable.from(["a", "b"])) parts.push(part);
    return parts;
  },
  async weak() {
    new FinalizationRegistry(() => {}).register({}, 1);
    return new WeakRef({ a: 1 }).deref()!.a;
  },
  async atomics() {
    const cells = new Int32Array(2);
    Atomics.add(cells, 0, 5);
    return [cells[0], globalThis.closed];
  },
  async context() {
    return new asyncHooks.AsyncLocalStorage<number>().run(5, () => 6);
  },
};
for (const [name, use] of Object.entries(uses)) console.log(name, await use());
