// What a program is told of its process, and by its loader.
import process, { argv, hrtime, platform } from "node:process";
import os from "node:os";
import fixed from "./deno.json" with { type: "json" };

const started = performance.now(), origin = performance.timeOrigin, at = process.hrtime(), pid = Deno.pid;

function clocks() {
  const first = process.hrtime();
  let sum = 0;
  for (let i = 0; i < 3e6; i++) sum += i % 7;
  const took = process.hrtime(first);
  return [
    performance.now() > started && performance.now() < started + 600_000,
    Math.abs(performance.timeOrigin - origin) < 50,
    Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 500,
    took.length, took[0] >= 0 && took[1] > 0, sum,
    process.hrtime(at)[0] < 600, hrtime.bigint() > BigInt(at[0]) * 1_000_000_000n,
    process.uptime() > 0 && process.uptime() < 600, JSON.stringify(performance.toJSON()) === JSON.stringify({ timeOrigin: performance.timeOrigin }),
  ];
}

function names() {
  return [process.argv[0] === Deno.args[0], argv.length, platform === os.platform(), Deno.pid === pid, process.pid === pid, process.execPath === process.argv[0]];
}

function streams() {
  process.stdout.write("told\n");
  process.stderr.write("and shown\n", "utf8");
  return [process.stdout.isTTY, process.stdout.columns, process.stdout.writable, process.stdout.fd];
}

function encoded() {
  return process.stdout.write("dG9sZAo=", "base64");
}

function listens() {
  return typeof process.stdout.on;
}

function parent() {
  return typeof Deno.ppid;
}

function marks() {
  return performance.mark("here").name;
}

function ends(code: number) {
  process.exitCode = code;
  return [process.exitCode, Deno.exitCode];
}

async function data(name: string) {
  const { default: found } = await import(`./${name}.json`, { with: { type: "json" } });
  return [Object.keys(found).length === Object.keys(fixed).length, found === fixed];
}

function resolved(name: string) {
  return import.meta.resolve(name).replace(import.meta.dirname!, "");
}

function bare(name: string) {
  try {
    return import.meta.resolve(name);
  } catch (error) {
    return (error as Error).name;
  }
}

console.log(clocks(), names(), streams());
console.log(encoded(), listens(), parent(), marks());
console.log(performance.getEntriesByName("here").length);
console.log(ends(6), Deno.exitCode);
console.log(await data("deno"));
console.log(resolved("./x.ts"), resolved("../y?z#a"), resolved("/abs.json"), resolved("node:fs"));
console.log(bare("nothing"), bare("npm:left-pad@1.3.0"));
