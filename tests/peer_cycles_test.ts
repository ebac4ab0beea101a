import { deepStrictEqual, ok } from "node:assert/strict";

Deno.test("pairing, connecting, disconnecting and forgetting again and again leaves nothing", async () => {
  // A process of its own: tests of other files have descriptors too.
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("./peer_cycles.ts", import.meta.url).pathname, "25", "3"],
  }).output();
  const text = new TextDecoder().decode(stdout);
  ok(text !== "", new TextDecoder().decode(stderr));
  const { early, late } = JSON.parse(text);
  const { descriptors, rssMiB: _rss, ...rest } = late;
  deepStrictEqual(rest, { guests: 0, apps: 0, trusted: 0, storeBytes: 0 });
  // One leaked a cycle would be twenty.
  ok(descriptors <= early.descriptors + 5, `${early.descriptors} descriptors, then ${descriptors}`);
});
