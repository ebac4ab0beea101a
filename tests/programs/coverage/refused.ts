// What stays on the device: each method touches one such thing, and the program is right all the same.
const give = <T>(v: T) => ({ v });

async function pendingPromise(o: { v: Promise<string> }) {
  return await o.v;
}
function sharedBuffer(o: { v: SharedArrayBuffer }) {
  return o.v.byteLength;
}
function revokedProxy(o: { v: object }) {
  try {
    return Object.keys(o.v);
  } catch (error) {
    return (error as Error).message;
  }
}
function proxyPrototype(o: { v: any }) {
  return o.v.own + o.v.inherited;
}
function boundProxy(o: { v: () => number }) {
  return o.v();
}
function thenable(o: { v: Promise<object> }) {
  return o.v instanceof Promise;
}
function arrayIterator(o: { v: Iterator<number> }) {
  return o.v.next().value;
}
function farIterator(o: { v: Iterator<number> }) {
  return o.v.next().value;
}
function mapIterator(o: { v: Iterator<number> }) {
  return o.v.next().value;
}
function setIterator(o: { v: Iterator<number> }) {
  return o.v.next().value;
}
function stringIterator(o: { v: Iterator<string> }) {
  return o.v.next().value;
}
function generator(o: { v: Generator<number> }) {
  return o.v.next().value;
}
async function asyncGenerator(o: { v: AsyncGenerator<number> }) {
  return (await o.v.next()).value;
}
function registry(o: { v: FinalizationRegistry<string> }) {
  return o.v.unregister({});
}
function midStream(o: { v: TextDecoder }) {
  return o.v.decode(new Uint8Array([0xa9]));
}
function responseHeaders(o: { v: Headers }) {
  return o.v.get("x");
}
function abortSignal(o: { v: AbortSignal }) {
  return o.v.aborted;
}
function stream(o: { v: ReadableStream }) {
  return o.v.locked;
}
function openFile(o: { v: Deno.FsFile }) {
  return o.v.readSync(new Uint8Array(4));
}
function webAssembly(o: { v: WebAssembly.Module }) {
  return WebAssembly.Module.exports(o.v).length;
}
function evaluated(o: { v: () => number }) {
  return o.v();
}
function dynamicNamespace(o: { v: { bump(): number } }) {
  return o.v.bump();
}
function computedMember(o: { v: any }) {
  return new o.v().keyed;
}
let timed = 0;
function timerLeft() {
  setTimeout(() => timed++, 0);
  return timed;
}

async function show(name: string, work: () => unknown) {
  console.log(name, await work());
}

await show("pendingPromise", async () => {
  const o = give(new Promise<string>((resolve) => setTimeout(() => resolve("later"), 5)));
  return await pendingPromise(o);
});
await show("sharedBuffer", () => sharedBuffer(give(new SharedArrayBuffer(8))));
const revocable = Proxy.revocable({}, {});
revocable.revoke();
await show("revokedProxy", () => revokedProxy(give(revocable.proxy)));
await show("proxyPrototype", () => {
  return proxyPrototype(give(Object.assign(Object.create(new Proxy({ inherited: 1 }, {})), { own: 2 })));
});
await show("boundProxy", () => boundProxy(give(new Proxy(() => 5, {}).bind(null))));
const value: any = {};
const fulfilled = Promise.resolve(value);
value.then = (done: (n: number) => void) => done(1);
await show("thenable", () => thenable(give(fulfilled)));
const started = <T>(iterator: Iterator<T>) => {
  iterator.next();
  return give(iterator);
};
const listed = () => [1, 2].values();
await show("arrayIterator", () => arrayIterator(started(listed())));
const far = new Array(2 ** 20 + 2).keys();
for (let i = 0; i <= 2 ** 20; i++) far.next();
await show("farIterator", () => farIterator(give(far)));
await show("mapIterator", () => mapIterator(started(new Map([[1, 2], [3, 4]]).keys())));
await show("setIterator", () => setIterator(started(new Set([1, 2]).values())));
await show("stringIterator", () => stringIterator(started("ab"[Symbol.iterator]())));
function* count() {
  yield 1;
  yield 2;
}
await show("generator", () => generator(started(count()) as { v: Generator<number> }));
async function* countLater() {
  yield 1;
}
await show("asyncGenerator", async () => {
  const o = give(countLater());
  return await asyncGenerator(o);
});
await show("registry", () => registry(give(new FinalizationRegistry<string>(() => {}))));
const decoder = new TextDecoder();
decoder.decode(new Uint8Array([0xc3]), { stream: true });
await show("midStream", () => midStream(give(decoder)));
await show("responseHeaders", () => responseHeaders(give(new Response("", { headers: { x: "1" } }).headers)));
await show("abortSignal", () => abortSignal(give(new AbortController().signal)));
await show("stream", () => stream(give(new ReadableStream())));
Deno.writeTextFileSync("open.txt", "text");
const file = Deno.openSync("open.txt");
await show("openFile", () => openFile(give(file)));
file.close();
const empty = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
await show("webAssembly", () => webAssembly(give(empty)));
await show("evaluated", () => evaluated(give((0, eval)("() => 7") as () => number)));
const dynamic = await import("./dynamic.ts");
await show("dynamicNamespace", () => dynamicNamespace(give(dynamic)));
const name = { toString: () => "keyed" };
class Keyed {
  [name as unknown as string] = 1;
}
await show("computedMember", () => computedMember(give(Keyed)));
await show("timerLeft", async () => {
  const before = timerLeft();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return [before, timed];
});
