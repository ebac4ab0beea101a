import assert from "node:assert/strict";
import { GuestEnvironment } from "./guest_environment.ts";

/** An environment whose device answers from `variables`, and what it was asked. */
function environment(variables: Record<string, string>) {
  const asked: (string | undefined)[] = [];
  let nowMs = 0;
  const guest = new GuestEnvironment(
    (request) => {
      const name = request.op === "env" ? request.name : undefined;
      asked.push(name);
      const value = name === undefined ? variables : variables[name] ?? null;
      return { reply: { ok: true, value }, bytes: [] } as never;
    },
    (reason) => {
      throw new Error(reason);
    },
    () => nowMs,
  );
  return { guest, asked, passMs: (ms: number) => void (nowMs += ms) };
}

Deno.test("GuestEnvironment asks once for what is read over and over", () => {
  const { guest, asked } = environment({ MODE: "test" });
  const [deno, env] = [guest.deno(), guest.node() as Record<string, string>];
  for (let i = 0; i < 100; i++) {
    assert.deepEqual([env.MODE, deno.get("MODE"), "MODE" in env, env.NONE], [
      "test",
      "test",
      true,
      undefined,
    ]);
  }
  assert.deepEqual(asked, ["MODE", "NONE"]);
});

Deno.test("GuestEnvironment asks again once other code could have run", async () => {
  const variables: Record<string, string> = { MODE: "one" };
  const { guest, asked } = environment(variables);
  const deno = guest.deno();
  assert.equal(deno.get("MODE"), "one");
  variables.MODE = "two";
  await undefined;
  assert.equal(deno.get("MODE"), "two");
  variables.MODE = "three";
  guest.forget();
  assert.equal(deno.get("MODE"), "three");
  assert.equal(asked.length, 3);
});

Deno.test("GuestEnvironment asks again after a while, as Workers share it", () => {
  const variables: Record<string, string> = { MODE: "wait" };
  const { guest, passMs } = environment(variables);
  const deno = guest.deno();
  assert.equal(deno.get("MODE"), "wait");
  variables.MODE = "go";
  passMs(999);
  assert.equal(deno.get("MODE"), "wait");
  passMs(1);
  assert.equal(deno.get("MODE"), "go");
});

Deno.test("GuestEnvironment abandons what changes it or asks oddly", () => {
  const { guest } = environment({});
  const env = guest.node() as Record<string, string>;
  assert.throws(() => guest.deno().set(), /it changes the environment/);
  assert.throws(() => void (env.A = "b"), /it changes the environment/);
  assert.throws(() => guest.deno().get(1 as never), /something else than a name/);
});
