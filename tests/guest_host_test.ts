import assert from "node:assert/strict";

/** APIs that the table pins and a guest's host has nothing to say of, and what else keeps them harmless there. */
const OTHERWISE: ReadonlyMap<string, string> = new Map([
  ...["SharedArrayBuffer", "MessageChannel", "MessagePort"].map(
    (
      name,
    ): [string, string] => [name, "what it makes can't be captured, so that nothing of it comes home"],
  ),
  ["Storage", "has no constructor; localStorage is wrapped"],
  ["Cache", "has no constructor; caches is wrapped"],
  ["CacheStorage", "has no constructor; caches is wrapped"],
  ["Lock", "has no constructor; navigator.locks is wrapped"],
  ["LockManager", "has no constructor; navigator.locks is wrapped"],
  ["eval", "functions it makes can't be captured"],
  ["Deno.memoryUsage", "tells the clone's own, which the method uses"],
  ["Deno.lint", "is only there for plugins of deno lint"],
  ["Deno.jupyter", "throws outside of deno jupyter, there as here"],
  ["dispatchEvent", "the engine calls it too; what it is given were objects of the host"],
  ...["arch", "availableParallelism", "endianness", "platform", "tmpdir", "type"].map((
    name,
  ): [string, string] => [
    `node:os.${name}`,
    "tells what the device said of itself",
  ]),
  ...["net.BlockList", "net.isIP", "net.isIPv4", "net.isIPv6", "v8.serialize", "v8.deserialize"].map(
    (name): [string, string] => [`node:${name}`, "only computes"],
  ),
  ["node:readline", "reads the streams it is given; those of the process are wrapped"],
  ["node:readline/promises", "reads the streams it is given; those of the process are wrapped"],
  ["node:vm.constants", "symbols, the same everywhere"],
  ["node:async_hooks", "its stores follow the flow that runs there"],
]);

Deno.test("a guest lets no call of an API that means the device through, however code came to it", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("fixtures/touch_host.ts", import.meta.url).pathname],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const answered: string[] = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual(answered.filter((path) => !OTHERWISE.has(path)), []);
});
