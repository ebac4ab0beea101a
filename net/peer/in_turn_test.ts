import { deepStrictEqual } from "node:assert/strict";
import { inTurn, type Start } from "./in_turn.ts";

const never: Start<string> = () => new Promise<string>(() => {});
/** Never ends, but says soon that it takes long. */
const late: Start<string> = (next) => new Promise<string>(() => queueMicrotask(next));
const fails = (why: string) => () => Promise.reject(new Error(why));
const gives = (what: string) => () => Promise.resolve(what);

async function first(starts: readonly Start<string>[]): Promise<{ got: string; failed: string[] }> {
  const failed: string[] = [];
  for await (const result of inTurn(starts)) {
    if (result.status === "fulfilled") return { got: result.value, failed };
    failed.push(result.reason.message);
  }
  return { got: "nothing", failed };
}

Deno.test("inTurn() goes on where one fails, and doesn't wait for one that says it takes long", async () => {
  deepStrictEqual(await first([fails("a"), gives("b"), never]), { got: "b", failed: ["a"] });
  deepStrictEqual(await first([late, late, gives("c")]), { got: "c", failed: [] });
  deepStrictEqual(await first([fails("a"), fails("b")]), { got: "nothing", failed: ["a", "b"] });
  deepStrictEqual(await first([]), { got: "nothing", failed: [] });
});

Deno.test("inTurn() gives what took long, too", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const slow: Start<string> = (next) => (next(), promise);
  const refused = () => (resolve("a"), Promise.reject(new Error("b")));
  deepStrictEqual((await first([slow, refused])).got, "a");
});

Deno.test("inTurn() starts no other while the first may come, or once nobody listens", async () => {
  let started = 0;
  const counted = (start: Start<string>): Start<string> => (next) => (started++, start(next));
  await first([counted(gives("a")), counted(gives("b"))]);
  deepStrictEqual(started, 1);
  // One that says so again starts no third.
  const insists: Start<string> = (next) => (next(), setTimeout(next, 1), new Promise(() => {}));
  started = 0;
  const waits = counted(() => new Promise((resolve) => setTimeout(resolve, 20, "b")));
  deepStrictEqual((await first([insists, waits, counted(gives("c"))])).got, "b");
  deepStrictEqual(started, 1);
});
