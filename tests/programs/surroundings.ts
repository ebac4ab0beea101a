function about() {
  return [Deno.args, Deno.cwd().length > 1, Deno.mainModule.split("/").at(-1), Deno.build.os, Deno.version.deno, Deno.noColor, Deno.stdout.isTerminal()];
}

function environment() {
  const out: unknown[] = [Deno.env.get("APP_SETTING"), Deno.env.has("APP_NONE"), Deno.env.get("APP_NONE")];
  Deno.env.set("APP_NEW", "made");
  out.push(Deno.env.get("APP_NEW"));
  Deno.env.delete("APP_SETTING");
  out.push(Deno.env.get("APP_SETTING"), "APP_NEW" in Deno.env.toObject());
  return out;
}

import process from "node:process";
import { parseArgs } from "node:util";
function given() {
  return [parseArgs({ allowPositionals: true }).positionals, process.argv.length, typeof process.versions.node];
}

function endBadly(code: number) {
  const before = Deno.exitCode;
  Deno.exitCode = code;
  return [before, Deno.exitCode, process.exitCode];
}

const here = import.meta.url.replace("file://", "");
function bytes() {
  const data = Deno.readFileSync(here);
  return [data.constructor.name, data instanceof Buffer, data.buffer.byteLength === data.length, data.indexOf(10) > 0];
}

function itself(url = import.meta.url) {
  class Part {
    length = import.meta.url.length;
  }
  return [Deno.readFileSync(new URL(url)).length, () => import.meta.main, new Part().length, Part] as const;
}

import { Buffer } from "node:buffer";
function nodeEnvironment() {
  return [process.env.APP_SETTING, process.env.APP_NONE, process.argv.slice(2), process.cwd() === Deno.cwd(), process.exitCode];
}

function time() {
  const before = Date.now();
  const now = new Date();
  return [now.getTime() - before < 1000, new Date(0).toString(), typeof performance.now(), now instanceof Date, Date.name, Date.length, new Date(2020, 0, 1).constructor === Date];
}

function random() {
  return [Math.random() < 1, crypto.randomUUID().length, crypto.getRandomValues(new Uint8Array(4)).length];
}

function encode(text: string) {
  return [btoa(text), new TextEncoder().encode(text).length, structuredClone({ text, d: new Date(5) }), new URL("../x?y=1", "https://host/a/b").href, [...new URLSearchParams("a=1&b=2")], new Intl.NumberFormat("de").format(12345.6), [3, 1, 2].toSorted(), "ä".localeCompare("b"), encodeURIComponent(text)];
}

console.log(about());
console.log(nodeEnvironment());
console.log(environment(), Deno.env.get("APP_NEW"), Deno.env.get("APP_SETTING"));
console.log(nodeEnvironment());
console.log(time());
console.log(random());
console.log(encode("text"));
console.log(given(), bytes());
console.log(endBadly(3), Deno.exitCode);
console.log(endBadly(4), process.exitCode);
const [size, isMain, length, Part] = itself();
console.log(size, isMain(), length === new Part().length, String(isMain));
