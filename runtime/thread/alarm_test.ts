import { deepEqual, equal } from "node:assert/strict";
import { after, every } from "./alarm.ts";

Deno.test("after() rings once, and not when it was prevented", async () => {
  const rung: string[] = [];
  after(1, () => void rung.push("kept"));
  after(1, () => void rung.push("prevented"))();
  await new Promise<void>((resolve) => void after(20, resolve));
  deepEqual(rung, ["kept"]);
});

Deno.test("every() rings until it is stopped, from inside too", async () => {
  let rung = 0;
  await new Promise<void>((resolve) => {
    const stop = every(1, () => {
      if (++rung < 3) return;
      stop();
      after(20, resolve);
    });
  });
  equal(rung, 3);
});
