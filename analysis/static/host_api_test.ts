import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { builtinModules } from "node:module";
import { HostTable } from "./classify.ts";
import { HOST_APIS } from "./host_api.ts";

const table = new HostTable();

Deno.test("HOST_APIS has a line for every Deno API, Node module and global of this Deno", () => {
  const denos = Object.getOwnPropertyNames(Deno).map((name) => `Deno.${name}`);
  const nodes = builtinModules.map((name) => name.startsWith("node:") ? name : `node:${name}`);
  // The hook machinery leaves `nodeBootstrap` behind; it is no API.
  const globals = Object.getOwnPropertyNames(globalThis).filter((name) => name !== "nodeBootstrap");
  const paths = new Set(HOST_APIS.map(([path]) => path));
  const missing = [...denos, ...nodes, ...globals].filter((path) => !paths.has(path));
  assertEquals(missing, [], "classify these in host_api.ts");
});

Deno.test("HOST_APIS classes behind Deno's unstable flags too", async () => {
  const flags = ["kv", "net", "cron", "ffi", "webgpu", "broadcast-channel", "worker-options"];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      ...flags.map((flag) => `--unstable-${flag}`),
      "console.log(JSON.stringify([...Object.getOwnPropertyNames(Deno).map((n) => 'Deno.' + n), ...Object.getOwnPropertyNames(globalThis)]))",
    ],
  }).output();
  const names: string[] = JSON.parse(new TextDecoder().decode(stdout));
  const paths = new Set(HOST_APIS.map(([path]) => path));
  assertEquals(names.filter((name) => !paths.has(name) && name !== "nodeBootstrap"), []);
});

Deno.test("HOST_APIS has each path once, with a reason", () => {
  assertEquals(new Set(HOST_APIS.map(([path]) => path)).size, HOST_APIS.length);
  for (const [path, is, because] of HOST_APIS) assert(because.length >= 10 && is.length > 3, path);
});

Deno.test("HostTable.classify() takes the longest beginning, and the user's lines first", () => {
  const is = (path: string, own = table) => own.classify(path)?.is;
  assertEquals(is("Deno.open().readable.getReader()"), "family:open file");
  assertEquals(is("node:fs.readFileSync"), "files");
  assertEquals(is("node:fs.watch"), "pinned");
  assertEquals(is("Math.max"), "pure");
  assertEquals(is("navigator.gpu.requestAdapter()"), "family:GPU");
  assertEquals(is("noSuchGlobal.x"), undefined);
  const own = new HostTable([
    ["Deno.hostname", "pinned", "our network knows devices by name"],
    ["node:fs", "pinned", "our files are elsewhere"],
  ]);
  assertEquals([is("Deno.hostname", own), is("node:fs.readFileSync", own)], ["pinned", "pinned"]);
  assertEquals(is("node:os.homedir", own), is("node:os.homedir"));
});
