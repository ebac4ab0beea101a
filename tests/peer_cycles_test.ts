import { deepStrictEqual, ok } from "node:assert/strict";
import { cycle } from "./peer_cycles.ts";

Deno.test("pairing, connecting, disconnecting and forgetting again and again leaves nothing", async () => {
  const { early, late } = await cycle(25);
  const { descriptors, rssMiB: _rss, ...rest } = late;
  deepStrictEqual(rest, { guests: 0, apps: 0, trusted: 0, storeBytes: 0 });
  // One leaked a cycle would be twenty.
  ok(descriptors <= early.descriptors + 5, `${early.descriptors} descriptors, then ${descriptors}`);
});
