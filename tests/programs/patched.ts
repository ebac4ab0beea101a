// Patches the language's own objects before, between and within methods.
declare global {
  // deno-lint-ignore no-explicit-any
  interface Array<T> { second(): T; toJSON?(): unknown }
}
let asked = 0;
function pick(list: readonly string[]): string { return (list as string[]).second?.() ?? "no second"; }
function rounded(value: number): number { return Math.round(value); }
function patch(): string { Object.defineProperty(String.prototype, "shout", { get() { return this.toUpperCase(); }, configurable: true }); return ("quiet" as any).shout; }
function replace(): number { const before = Math.max; Math.max = () => -1; const found = Math.max(1, 2); Math.max = before; return found; }
function remove(): boolean { delete (Map.prototype as any).forEach; return "forEach" in Map.prototype; }
function shouted(): string { return ("loud" as any).shout; }
console.log(pick(["a", "b"]), rounded(1.6));
Object.defineProperty(Array.prototype, "second", { value(this: unknown[]) { return this[1]; }, configurable: true, writable: true });
console.log(pick(["a", "b"]), rounded(1.6));
Math.round = (value) => Math.floor(value) * 100;
console.log(rounded(1.6), rounded(2.6));
Array.prototype.second = function () { return "another" as never; };
console.log(pick(["a", "b"]), patch(), shouted(), ("x" as any).shout, replace(), Math.max(1, 2), remove(), "forEach" in Map.prototype);
const abs = Math.abs;
function absolute(value: number): number { return Math.abs(value); }
Math.abs = Math.sign;
console.log(absolute(-3));
Math.abs = abs;
console.log(absolute(-3), absolute(-4));
Array.prototype.toJSON = function () { asked++; return "patched"; };
(Object.prototype as any).toJSON = function () { asked++; return "patched"; };
console.log(rounded(3.5), pick(["a", "b"]), asked);
