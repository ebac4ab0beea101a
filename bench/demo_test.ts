import assert from "node:assert/strict";

/** One run of the demo, as its `--json` says it. */
interface Outcome {
  readonly same_output: boolean;
  readonly speedup: number;
  readonly migrations: number;
  readonly partition: readonly string[];
  readonly conditions: Readonly<Record<string, unknown>>;
}

async function demo(...options: string[]): Promise<Outcome> {
  const script = new URL("demo.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, "--json", ...options],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stderr));
  const lines = text(stdout).trimEnd().split("\n");
  assert.equal(lines.length, 1, text(stdout));
  return JSON.parse(lines[0]!);
}

Deno.test("the demo is faster with a clone than alone on a device 10 times slower, with the same output", async () => {
  const { same_output, migrations, speedup, partition } = await demo("--factor", "10", "--bytes", "500000");
  assert.ok(same_output);
  assert.ok(migrations > 0);
  assert.ok(partition.length > 0);
  assert.ok(speedup > 1.5, `only ${speedup.toFixed(2)} times faster`);
});

Deno.test("the demo on a device 3 times slower chooses by what that device gains, and does as it chose", async () => {
  const { same_output, migrations, speedup, partition } = await demo("--factor", "3", "--bytes", "300000");
  assert.ok(same_output);
  assert.equal(migrations > 0, partition.length > 0);
  assert.ok(speedup > 0.4, `${(1 / speedup).toFixed(2)} times slower than alone`);
});

Deno.test("the demo migrates nothing on a device that is no slower than the clone", async () => {
  const options = ["--factor", "1", "--bytes", "300000"];
  let outcome = await demo(...options);
  // Something else on this machine can make one of the learning runs look slow.
  if (outcome.migrations > 0) outcome = await demo(...options);
  assert.ok(outcome.same_output);
  assert.equal(outcome.migrations, 0);
  assert.deepEqual(outcome.partition, []);
});
