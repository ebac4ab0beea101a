import { deepStrictEqual } from "node:assert/strict";
import { inTurn } from "./in_turn.ts";

const never = () => new Promise<string>(() => {});
const fails = (why: string) => () => Promise.reject(new Error(why));
const gives = (what: string) => () => Promise.resolve(what);

async function first(starts: readonly (() => Promise<string>)[]): Promise<{ got: string; failed: string[] }> {
  const failed: string[] = [];
  for await (const result of inTurn(starts, 5)) {
    if (result.status === "fulfilled") return { got: result.value, failed };
    failed.push(result.reason.message);
  }
  return { got: "nothing", failed };
}

Deno.test("inTurn() goes on where one fails, and doesn't wait for one that takes long", async () => {
  deepStrictEqual(await first([fails("a"), gives("b"), never]), { got: "b", failed: ["a"] });
  deepStrictEqual(await first([never, never, gives("c")]), { got: "c", failed: [] });
  deepStrictEqual(await first([fails("a"), fails("b")]), { got: "nothing", failed: ["a", "b"] });
  deepStrictEqual(await first([]), { got: "nothing", failed: [] });
});

Deno.test("inTurn() starts no other while the first comes in time, or once nobody listens", async () => {
  let started = 0;
  const counted = (start: () => Promise<string>) => () => (started++, start());
  await first([counted(gives("a")), counted(gives("b"))]);
  deepStrictEqual(started, 1);
});
