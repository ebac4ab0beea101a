import assert from "node:assert/strict";

Deno.test("capture() writes the same by the engine's layouts as by descriptors", async () => {
  const child = new URL("engine_layout_child.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", "--v8-flags=--allow-natives-syntax", child];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert(success, new TextDecoder().decode(stderr));
  const { count, differ } = JSON.parse(new TextDecoder().decode(stdout));
  assert(count > 30);
  assert.deepEqual(differ, []);
});
