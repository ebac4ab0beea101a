function freeze(o: any) { Object.freeze(o.a); Object.defineProperty(o.b, "x", { get() { return 7; } }); o.c[Symbol("s")] = 1; o.d.z = o.a; delete o.e.k; Object.seal(o.f); return Object.getOwnPropertyDescriptor(o.b, "x")!.get!.name; }
function fails() { try { Object.defineProperty(Object.freeze({}), "x", { value: 1 }); } catch (e: any) { return [e.message, e.stack.split("\n").length, e.stack.includes("redefin"), e.stack]; } }
function traces() { const o: any = {}; Error.captureStackTrace(o); return o.stack; }
function natives() { return [Object.freeze.toString(), Object.defineProperty.name, Object.freeze.length, Reflect.ownKeys(Object.defineProperty), (Object.prototype as any).__defineGetter__.toString()]; }
const o: any = { a: { p: 1 }, b: { x: 1 }, c: {}, d: { q: 1 }, e: { k: 1, l: 2 }, f: { g: 1 }, g: [1, { h: [2.5, -0, NaN, undefined, , "é", "x".repeat(80), 2 ** 40] }] };
console.log(freeze(o), o, Object.isFrozen(o.a), o.b.x, Object.isSealed(o.f));
console.log(fails()); console.log(traces()); console.log(natives());
