import type { Language } from "./generator.ts";

/** What every generated program starts with: bounded work, and a way to show values without hiding how they are made. */
const COMMON = `
var fuel = 400;
function tick() { if (--fuel < 0) throw new RangeError("out of fuel"); return fuel; }
function cut(v) { return typeof v === "string" && v.length > 40 ? v.slice(0, 20) + "~" + v.length : v; }
function print(...a) { tick(); console.log(...a.map((v) => v instanceof Error ? where(v) : v)); return a[0]; }
function where(e) { if (e.message.includes("call stack")) return e.message; return e.name + ": " + e.message + "\\n" + String(e.stack).split("\\n").filter((l) => l.startsWith("    at")).slice(0, 6).join("\\n"); }
function looks(f) { return typeof f === "function" ? [f.name, f.length, f.toString()] : typeof f; }
function tag(s, ...v) { return s.raw.join("|") + v.map(String).map(cut).join(","); }
async function each(make) { try { for await (const v of make()) print("each", v); } catch (e) { print("each threw", e); } }
function drain(make) { try { return [...make()].slice(0, 9); } catch (e) { print("drain threw", e); return []; } }
function attempt(f, ...a) { try { return f(...a); } catch (e) { print("threw", e); return undefined; } }
function travel(f, ...a) { return attempt(f, ...a); }
`.trim();

export const PRELUDE: Readonly<Record<Language, string>> = { js: COMMON, ts: COMMON, cjs: COMMON };
