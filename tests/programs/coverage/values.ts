// One method a kind of value: each is made on the device, used and changed where the method runs, and looked at again.
import * as tools from "./tools.ts";

const seen: unknown[] = [];
const key = { key: true };
const unique = Symbol("unique");

function objects(o: any) {
  o.list.push(Object.keys(o).join());
  delete o.a;
  o.a = "last";
  o.nothing.x = Object.getPrototypeOf(o.nothing);
  return [o.list === o.again, Object.isFrozen(o.frozen), Object.getOwnPropertyDescriptor(o, "hidden")];
}
function accessors(o: { count: number; next: number }) {
  o.next;
  o.next = 10;
  return o.next;
}
function symbols(o: any) {
  o[unique] += "!";
  return [o.sym === unique, Symbol.keyFor(o.shared), o.wellKnown === Symbol.iterator];
}
function arrays(o: any) {
  o.holes[1] = "filled";
  o.holes.length = 5;
  o.named.note += "!";
  return [1 in o.holes, 2 in o.holes, o.named];
}
function maps(m: Map<unknown, unknown>) {
  m.delete("a");
  m.set("a", m.get(key));
  m.set(key, new Map([[m, NaN]]));
  return [...m.keys()];
}
function sets(s: Set<unknown>) {
  s.delete(1);
  s.add(key).add(1);
  return s.has(key);
}
function iterators(o: any) {
  const first = [o.keys.next().value, o.values.next().value, o.pairs.next().value, o.members.next().value];
  o.map.delete("b");
  o.map.set("e", 5);
  o.set.add("born there");
  o.born = o.map.keys();
  o.born.next();
  return [...first, o.ended.next().done, o.again === o.keys];
}
function listIterators(o: any) {
  const first = [o.items.next().value, o.pairs.next().value, o.bytes.next().value, o.ended.next().done];
  o.list.push("born there");
  o.born = o.list.keys();
  o.born.next();
  return [...first, o.again === o.items];
}
function buffers(o: any) {
  o.floats[0] = Math.PI;
  o.view.setUint16(12, 513);
  o.growing.resize(24);
  o.tracking[20] = 7;
  return [o.bytes[8], o.tracking.length];
}
function dates(o: any) {
  o.date.setFullYear(2001);
  return [o.date.getTime(), Number.isNaN(o.never.getTime())];
}
function regexps(r: RegExp) {
  return [r.exec("xaxa")?.index, r.lastIndex];
}
function boxes(o: any) {
  return [o.string.length, o.bigint + 1n, Object.is(o.zero, -0), Number.isNaN(o.nan), typeof o.symbol];
}
class Failure extends RangeError {
  code = 7;
}
function errors(o: any) {
  o.failure.message += "!";
  o.fresh = new AggregateError([o.failure], "many");
  return [o.failure instanceof Failure, o.failure.cause.message, /values\.ts:\d+/.test(o.failure.stack)];
}
class Account {
  static opened = 0;
  static #secret = "s";
  #cents = 0;
  get euros() {
    return this.#cents / 100;
  }
  #add(cents: number) {
    this.#cents += cents;
  }
  pay(cents: number) {
    this.#add(cents);
    Account.opened++;
    return Account.#secret;
  }
}
class Savings extends Account {
  rate = 2;
  override pay(cents: number) {
    return super.pay(cents * this.rate);
  }
}
function classes(accounts: Account[]) {
  accounts.push(new Savings());
  return accounts.map((account) => account.pay(50));
}
const Loud = <B extends new (...args: any[]) => { say(): string }>(Base: B, mark: string) =>
  class extends Base {
    override say() {
      return super.say() + mark;
    }
  };
class Speaker {
  name = "speaker";
  say() {
    return this.name;
  }
}
const Louder = Loud(Loud(Speaker, "!"), "?");
class Bus {
  readonly #seen: unknown[] = [];
  send = this.#send.bind(this);
  raw = this.#send;
  static make = Bus.#made;
  #send(what: unknown) {
    return this.#seen.push(what);
  }
  static #made(size: number) {
    return `bus of ${size}`;
  }
}
class Line extends Bus {
  #end = "end";
  readonly close = this.#close;
  #close() {
    return this.#end += "!";
  }
}
function privateMethods(line: Line) {
  const found = [line.send(1), line.raw(2), Line.make(3), line.close()];
  const other = new Line();
  return [...found, other.raw === line.raw, other.close === line.close, other.send.name];
}
function mixins(s: Speaker) {
  s.name += "s";
  return [s.say(), s instanceof Louder];
}
function counter(start: number) {
  let n = start;
  return { up: () => ++n, read: () => n };
}
function closures(c: ReturnType<typeof counter>) {
  const more = () => c.up();
  c.up();
  return more;
}
const rounds: (() => number)[] = [];
for (let i = 0; i < 3; i++) rounds.push(() => i++);
function loopVariables(fs: typeof rounds) {
  return fs.map((f) => f());
}
function defaults(f = (x = [] as number[], ...rest: number[]) => [...x, ...rest]) {
  return f([1], 2);
}
class Timer {
  ticks = 0;
  make() {
    return () => ++this.ticks;
  }
}
const timer = new Timer();
const tick = timer.make();
function capturedThis(f: () => number) {
  return [f(), f()];
}
class Vault extends Array<number> {
  #left = 5;
  takers() {
    return { take: () => --this.#left, put: (n: number) => super.push(n), left: () => this.#left };
  }
  override push(): never {
    throw new Error("closed");
  }
}
const vault = new Vault();
const takers = vault.takers();
function ofClass({ take, put }: typeof takers) {
  return [take(), take(), put(7)];
}
const literal = {
  __proto__: new Line(),
  close() {
    return () => super.close() + super.raw.name;
  },
};
function ofLiteral(own: typeof literal, close = own.close()) {
  return [close(), close()];
}
const bound = function (this: any, ...args: unknown[]) {
  return [this.me, ...args];
}.bind({ me: "bound" }, 1);
function boundFunctions(f: (...args: unknown[]) => unknown) {
  return [f(2), f.name];
}
function listArguments(..._: unknown[]) {
  return arguments;
}
function argumentsObjects(list: IArguments) {
  list[0] = "changed";
  return list.length;
}
function builtIns(o: any) {
  return [o.max(1, 2), o.proto === Array.prototype, o.parse === JSON.parse];
}
function bindings() {
  tools.state.count++;
  return tools.bump() + tools.state.count;
}
const privates = new WeakMap<object, { n: number }>();
const members = new WeakSet<object>();
function weakMaps(o: object) {
  privates.get(o)!.n++;
  const fresh = {};
  privates.set(fresh, { n: -1 });
  members.add(fresh);
  return [privates.has(key), members.has(o), fresh];
}
function weakRefs(r: WeakRef<any>) {
  r.deref().touched = true;
  return r.deref() === key;
}
const finalized: string[] = [];
function registries(o: { registry: FinalizationRegistry<string>; target: object; token: object }) {
  o.registry.register(o.target, "registered at the clone", o.token);
  const made = new FinalizationRegistry<string>((held) => finalized.push(held));
  made.register(o.target, "with one born there", o.token);
  made.register(o, "taken back", o);
  const taken = [made.unregister(o), made.unregister(o), made.unregister({})];
  return { made, taken, is: o.registry instanceof FinalizationRegistry, text: String(made.register) };
}
const settled = Promise.resolve({ value: 1 });
const failed = Promise.reject(new Error("failed before"));
failed.catch(() => {});
async function promises(o: { settled: Promise<{ value: number }>; failed: Promise<never> }) {
  (await o.settled).value++;
  return await o.failed.catch((error) => error.message);
}
const log: string[] = [];
const watched = new Proxy({ a: 1 } as any, {
  get(target, name, receiver) {
    log.push(String(name));
    return Reflect.get(target, name, receiver);
  },
});
function proxies(p: any) {
  p.b = p.a + 1;
  return log.length;
}
function urls(o: { url: URL; query: URLSearchParams }) {
  o.query.append("added", "1 2");
  o.url.hash = "there";
  return [o.url.href, o.url.searchParams === o.query, new URL("b", o.url)];
}
function headers(h: Headers) {
  h.append("x-list", "2");
  return [...h];
}
function coders(o: { encoder: TextEncoder; decoder: TextDecoder }) {
  return o.decoder.decode(o.encoder.encode("é"));
}
async function blobs(o: { blob: Blob; file: File; again: Blob; made?: File; part?: Blob }) {
  const texts = [await o.blob.text(), await o.file.slice(1, 3).text(), (await o.blob.bytes()).length];
  o.made = new File([o.blob, "!", new Uint8Array(20_000).fill(65)], "born.txt", { type: "TEXT/x", lastModified: 7 });
  o.part = o.file.slice(0, 2, "a/part");
  return [...texts, o.blob === o.again, o.file instanceof Blob, o.file.name, o.file.lastModified, o.file.type];
}
function exceptions(o: { error: any; born?: DOMException }) {
  o.error.note = "seen";
  o.born = new DOMException("born", "DataCloneError");
  return [o.error.name, o.error.message, o.error.code, String(o.error), o.error instanceof Error];
}
function intl(o: any) {
  return [
    o.money.format(1234.5),
    o.day.format(0),
    o.order("ä", "z"),
    o.plural.select(2),
    [...o.words.segment("a b")].length,
  ];
}
function temporal(o: any) {
  o.later = o.day.add({ months: 1 });
  return [o.later.toString(), o.time.toString(), o.zoned.timeZoneId];
}
function patchedBuiltIns(text: string) {
  return (text as any).shout() + ([1, 2] as any).sum();
}
function disguised(o: any) {
  return [Map.prototype.get.call(o, "k"), o.size];
}
function namespaceObject(o: any) {
  return [o.space.bump(), o.space.state.count];
}

async function show(name: string, state: unknown, work: () => unknown) {
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    result = (error as Error).message;
  }
  console.log(name, result, state);
  seen.push(result);
}

const list: unknown[] = [1];
const plain: any = { b: 1, a: 2, 7: 3, list, again: list, nothing: Object.create(null), frozen: Object.freeze([1]) };
Object.defineProperty(plain, "hidden", { value: 1, writable: true });
plain.self = plain;
await show("objects", plain, () => objects(plain));
const accessing = {
  count: 1,
  get next() {
    return ++this.count;
  },
  set next(n) {
    this.count = n;
  },
};
await show("accessors", accessing, () => accessors(accessing));
const keyed: any = { [unique]: "u", sym: unique, shared: Symbol.for("shared"), wellKnown: Symbol.iterator };
await show("symbols", keyed, () => symbols(keyed));
const lists = { holes: [1, , 3] as unknown[], named: Object.assign([1], { note: "n" }) };
await show("arrays", lists, () => arrays(lists));
const map = new Map<unknown, unknown>([["a", 1], [key, 2]]);
await show("maps", map, () => maps(map));
const set = new Set<unknown>([1, "x"]);
await show("sets", set, () => sets(set));
const letters = new Map(Object.entries({ a: 1, b: 2, c: 3, d: 4 }));
const running: any = {
  map: letters,
  set,
  keys: letters.keys(),
  values: letters.values(),
  pairs: letters.entries(),
  members: set.values(),
  ended: set.keys(),
};
running.again = running.keys;
running.values.next();
while (!running.ended.next().done);
await show("iterators", null, () => iterators(running));
set.add("added here");
for (const name of ["keys", "values", "pairs", "members", "ended", "born"]) console.log(name, ...running[name]);
class Reader {
  readonly #tokens = ["a", { b: 1 }, "c"] as unknown[];
  list = this.#tokens;
  items = this.#tokens[Symbol.iterator]();
  pairs = this.#tokens.entries();
  bytes = Uint8Array.of(7, 8, 9).values();
  ended = [].values() as Iterator<unknown>;
  again = this.items;
  born = [0].keys() as Iterator<unknown>;
}
const reader: any = new Reader();
for (const name of ["items", "pairs", "ended"]) reader[name].next();
await show("listIterators", null, () => listIterators(reader));
reader.list.push("added here");
for (const name of ["items", "pairs", "bytes", "ended", "born"]) console.log(name, ...reader[name]);
const buffer = new ArrayBuffer(16);
const growing = new ArrayBuffer(8, { maxByteLength: 64 });
const views = {
  bytes: new Uint8Array(buffer),
  floats: new Float64Array(buffer, 8, 1),
  view: new DataView(buffer),
  growing,
  tracking: new Uint8Array(growing),
};
await show("buffers", views, () => buffers(views));
const days = { date: new Date(0), never: new Date(NaN) };
await show("dates", days, () => dates(days));
const regexp = /a/g;
regexp.lastIndex = 2;
await show("regexps", regexp, () => regexps(regexp));
const boxed = { string: Object("two"), bigint: 1n, zero: -0, nan: NaN, symbol: Object(unique) };
await show("boxes", boxed, () => boxes(boxed));
const troubles: any = { failure: new Failure("bad", { cause: new Error("inner") }) };
await show("errors", [troubles.failure.message], () => errors(troubles));
const accounts = [new Account(), new Savings()];
await show("classes", Account.opened, () => classes(accounts));
console.log(accounts.map((account) => account.euros), Account.opened);
const line = new Line();
await show("privateMethods", line.send(0), () => privateMethods(line));
console.log(line.raw(3), line.close(), new Line().raw === line.raw);
const speaker = new Louder();
await show("mixins", speaker, () => mixins(speaker));
const counting = counter(5);
await show("closures", counting.read(), () => (closures(counting) as () => number)());
await show("loopVariables", rounds.map((f) => f()), () => loopVariables(rounds));
await show("defaults", null, () => defaults());
await show("capturedThis", timer, () => capturedThis(tick));
await show("ofClass", vault, () => ofClass(takers));
await show("ofClass", takers.left(), () => ofClass(takers));
await show("ofLiteral", literal, () => ofLiteral(literal));
await show("boundFunctions", bound.length, () => boundFunctions(bound));
const listed = listArguments(1, { two: 2 });
await show("argumentsObjects", listed, () => argumentsObjects(listed));
const natives = { max: Math.max, proto: Array.prototype, parse: JSON.parse };
await show("builtIns", Object.keys(natives), () => builtIns(natives));
await show("bindings", tools.state, () => bindings());
const owner = {};
privates.set(owner, { n: 1 }).set(key, { n: 2 });
members.add(owner);
await show("weakMaps", privates.get(owner), () => weakMaps(owner));
const fresh = (seen.at(-1) as object[])[2]!;
console.log(privates.get(fresh), members.has(fresh), privates.get(owner));
const ref = new WeakRef(key);
await show("weakRefs", key, () => weakRefs(ref));
const registry = new FinalizationRegistry<string>((held) => finalized.push(held));
const token = {};
await show("registries", token, () => registries({ registry, target: key, token }));
const { made } = seen.at(-1) as { made: FinalizationRegistry<string> };
console.log([registry, made, registry, made].map((each) => each.unregister(token)), finalized);
await show("promises", await settled, async () => await promises({ settled, failed }));
await show("proxies", log, () => proxies(watched));
const url = new URL("http://example.org/a?b=1");
await show("urls", url, () => urls({ url, query: url.searchParams }));
const heads = new Headers({ "X-List": "1" });
await show("headers", heads, () => headers(heads));
await show("coders", null, () => coders({ encoder: new TextEncoder(), decoder: new TextDecoder() }));
const file = new File(["abc"], "name.txt", { type: "text/plain", lastModified: 5 });
const blob = new Blob(["é", new Uint8Array([0, 255]), new Blob(["nested"])], { type: "a/b" });
const files: any = { blob, file, again: blob };
await show("blobs", null, async () => await blobs(files));
console.log(files.blob === blob, files.made.name, files.made.type, files.made.lastModified, files.made.size);
console.log((await files.made.text()).slice(0, 20), await files.part.text(), files.part.type, await file.text());
const trouble: any = { error: new DOMException("stop", "AbortError") };
await show("exceptions", null, () => exceptions(trouble));
console.log(trouble.error.note, trouble.error.stack, trouble.born.code, trouble.born.name, Object.keys(trouble.error));
const collator = new Intl.Collator("sv");
await show("intl", null, () =>
  intl({
    money: new Intl.NumberFormat("de", { style: "currency", currency: "EUR" }),
    day: new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }),
    order: (a: string, b: string) => collator.compare(a, b),
    plural: new Intl.PluralRules("en"),
    words: new Intl.Segmenter("en", { granularity: "word" }),
  }));
const times: any = {
  day: Temporal.PlainDate.from("2024-01-31"),
  time: Temporal.PlainTime.from("01:02:03"),
  zoned: Temporal.ZonedDateTime.from("2024-01-01T00:00[Asia/Tokyo]"),
};
await show("temporal", times, () => temporal(times));
(String.prototype as any).shout = function () {
  return this.toUpperCase() + "!";
};
Object.defineProperty(Array.prototype, "sum", {
  value(this: number[]) {
    return this.reduce((a, b) => a + b, 0);
  },
  configurable: true,
});
await show("patchedBuiltIns", null, () => patchedBuiltIns("loud"));
const hidden = Object.setPrototypeOf(new Map([["k", "v"]]), { get size() { return "own"; } });
await show("disguised", null, () => disguised(hidden));
await show("namespaceObject", tools.state, () => namespaceObject({ space: tools }));
