import { deepStrictEqual, equal, ok } from "node:assert/strict";

const CYCLES = 60;
const SETTLE = 20;
/** 5 stay where nothing leaks; a read buffer is 64. */
const KIB_A_CYCLE = 32;

Deno.test("pairing, connecting, disconnecting and forgetting again and again leaves nothing", async () => {
  // A process of its own: tests of other files have descriptors too.
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--v8-flags=--expose-gc"],
      ...[new URL("./peer_cycles.ts", import.meta.url).pathname, String(CYCLES), String(SETTLE)],
    ],
  }).output();
  const text = new TextDecoder().decode(stdout);
  ok(text !== "", new TextDecoder().decode(stderr));
  const { early, late, failed } = JSON.parse(text);
  ok(failed < CYCLES / 4, `${failed} of ${CYCLES} cycles were broken off`);
  const { descriptors, handles, files, heapKiB, rssMiB: _rss, ...rest } = late;
  deepStrictEqual(rest, { guests: 0, apps: 0, trusted: 0, storeBytes: 0 });
  // One leaked a cycle would be twenty.
  ok(descriptors <= early.descriptors + 5, `${early.descriptors} descriptors, then ${descriptors}`);
  ok(handles <= early.handles + 5, `${early.handles} handles, then ${handles}`);
  equal(files, early.files, "files in the homes");
  const kept = (heapKiB - early.heapKiB) / (CYCLES - SETTLE);
  ok(kept < KIB_A_CYCLE, `${kept} KiB stay of each cycle`);
});
