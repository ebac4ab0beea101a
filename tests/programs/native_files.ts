import * as fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
const b64 = "AGFzbQEAAAABBwFgAn9/AX8DAgEABwcBA2FkZAAACgkBBwAgACABags=";
fs.writeFileSync("add.wasm", Uint8Array.fromBase64(b64));
fs.writeFileSync("data.json", '{"a":1}');
const here = (name: string) => new URL(name, `file://${Deno.cwd()}/`);
async function fetches() { const r = await fetch(here("data.json")); return [r.status, r.url.split("/").at(-1), [...r.headers], await r.json()]; }
async function fetchMissing() { try { await fetch(here("none")); } catch (e) { return `${e.name} ${e.message.replace(/file.*\//, "")}`; } }
async function wasm() { const { instance } = await WebAssembly.instantiateStreaming(fetch(here("add.wasm"))); return (instance.exports as any).add(2, 3); }
async function compiled() { const m = await WebAssembly.compileStreaming(fetch(here("add.wasm"))); return (new WebAssembly.Instance(m).exports as any).add(2, 3); }
function read() { return (new WebAssembly.Instance(new WebAssembly.Module(Deno.readFileSync("add.wasm"))).exports as any).add(4, 3); }
function resolved() { return [import.meta.resolve("./x.ts").split("/").at(-1), import.meta.filename?.split("/").at(-1)]; }
async function json() { return (await import(here("data.json").href, { with: { type: "json" } })).default; }
function database() { const db = new DatabaseSync("app.db"); db.exec("create table if not exists t(a int, b text)"); db.prepare("insert into t values(?,?)").run(1, "one"); const all = db.prepare("select count(*) n, max(b) b from t").get(); db.close(); return JSON.stringify(all); }
function hw() { return [typeof navigator.hardwareConcurrency, navigator.userAgent.length > 0]; }
console.log(await fetches(), await fetchMissing(), await wasm(), await compiled(), read(), resolved(), await json(), database(), database(), hw());
console.log(fs.existsSync("app.db"), new DatabaseSync("app.db").prepare("select * from t").all().length);
import os from "node:os";
import { execSync } from "node:child_process";
import { performance } from "node:perf_hooks";
function system() { return [os.hostname() === Deno.hostname(), os.tmpdir(), os.platform(), os.EOL, os.constants.signals.SIGINT]; }
function processors() { return os.cpus().length > 0; }
function lines() { const found = fs.globSync("*.json"); return found.sort(); }
async function wholes() {
  fs.mkdirSync("tree/inner/deep", { recursive: true });
  fs.writeFileSync("tree/a.txt", "a", { mode: 0o640 });
  fs.writeFileSync("tree/inner/b.txt", "b");
  fs.symlinkSync("a.txt", "tree/link");
  fs.cpSync("tree", "copy", { recursive: true });
  await fs.promises.cp("tree", "later", { recursive: true, filter: (from) => !from.endsWith("deep") });
  const names: string[] = [];
  for await (const entry of await fs.promises.opendir("copy")) names.push(`${entry.parentPath}/${entry.name} ${entry.isDirectory()}`);
  const typed = fs.readdirSync("later", { withFileTypes: true, recursive: true }).map((entry) => [entry.name, entry.isFile()]);
  await Deno.writeFile("streamed.bin", ReadableStream.from([new Uint8Array(3), new Uint8Array(4)]));
  const blob = await fs.openAsBlob("streamed.bin", { type: "x/y" });
  return [names.sort(), typed, fs.readlinkSync("copy/link"), blob.size, blob.type];
}
async function locks() { using file = await Deno.open("data.json"); await file.lock(); return "locked"; }
function watches() { const watcher = fs.watch("."); watcher.close(); return "watched"; }
function shell() { return execSync("echo hi").toString(); }
function perf() { return performance.now() > 0; }
function inDatabase() {
  using db = new DatabaseSync("two.db");
  db.exec("create table if not exists t(a integer primary key, b text)");
  const put = db.prepare("insert into t(b) values(?)");
  db.exec("begin"); for (let i = 0; i < 500; i++) put.run(`row ${i}`); db.exec("commit");
  const size = Deno.statSync("two.db").size;
  db.exec("delete from t where a % 2 = 0");
  try { db.exec("nonsense"); } catch (e) { console.log(String(e), e.code); }
  db.function("twice", (x) => Number(x) * 2);
  return [size, JSON.stringify(db.prepare("select twice(max(a)) m, count(*) n, sum(length(b)) s from t").get()), JSON.stringify(db.prepare("pragma table_info(t)").all())];
}
function readOnly() { const db = new DatabaseSync("two.db", { readOnly: true }); try { db.exec("insert into t(b) values('x')"); } catch (e) { return [e.message, db.prepare("select count(*) n from t").get()!.n]; } finally { db.close(); } }
function memory() { const db = new DatabaseSync(":memory:"); db.exec("create table t(a)"); db.exec("insert into t values (1),(2)"); return JSON.stringify(db.prepare("select sum(a) s from t").get()); }
function fails() { try { new DatabaseSync("none/x.db"); } catch (e) { return e.message; } }
function walMode() { const db = new DatabaseSync("wal.db"); db.exec("pragma journal_mode=wal; create table if not exists t(a)"); db.close(); return fs.existsSync("wal.db"); }
function walAgain() { const db = new DatabaseSync("wal.db"); for (let i = 0; i < 50; i++) db.prepare("insert into t values (?)").run("x".repeat(i * 10)); db.exec("update t set a = 'y' where rowid = 3"); const row = db.prepare("select count(*) n from t").get(); db.close(); return [row!.n, fs.readdirSync(".").filter((name) => name.startsWith("wal"))]; }
function leavesOpen() { return new DatabaseSync("two.db").isOpen; }
console.log(await wholes(), lines(), processors(), await locks(), watches());
console.log(system(), shell(), perf(), inDatabase(), readOnly(), memory(), fails(), walMode(), walAgain(), walAgain(), leavesOpen(), inDatabase());
// What reads the folder afterwards follows links.
for (const link of ["copy/link", "later/link"]) Deno.removeSync(link);
