import assert from "node:assert/strict";

async function json(args: readonly string[]) {
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), { args: [...args] }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const at = (path: string) => new URL(path, import.meta.url).pathname;

Deno.test("unforced decisions call nothing that an app has replaced", async () => {
  const { touches, reasons } = await json(["run", "-A", "--no-check", at("patched_decisions_child.ts")]);
  assert.deepEqual(touches, {});
  const had = new Set(reasons);
  // Else it would have decided less than it can.
  for (const reason of ["does not pay", "pays", "no clone", "failed before"]) {
    assert(had.has(reason), reasons);
  }
});

Deno.test("loading modules calls nothing of ours that an app has replaced", async () => {
  const home = Deno.makeTempDirSync();
  const run = ["run", "-A", at("../mod.ts"), "run", "--quiet", "--home", home, "--clone", "none"];
  const method = "touched_module.ts#later";
  const { touches, later } = await json([...run, "--migrate", method, at("programs/touched_later.ts")]);
  assert.equal(later, 42);
  // Deno's own module hooks call some: that shows that they were at work.
  assert(Object.keys(touches).length > 0);
  const callers = Object.keys(touches).filter((touch) => touch.includes("file://"));
  assert.deepEqual(callers, []);
  Deno.removeSync(home, { recursive: true });
});
