import { deepStrictEqual, equal } from "node:assert/strict";
import { Newcomers } from "./newcomers.ts";

/** Comes in; what is cut is noted by its number. */
function arrivals(limits: { most: number; timeoutMs: number }) {
  const newcomers = new Newcomers(limits);
  const cut: number[] = [];
  const connections: object[] = [];
  const come = (host: string) => {
    const number = connections.push({}) - 1;
    newcomers.came(connections[number]!, { host, cut: () => cut.push(number) });
  };
  return { come, leave: (number: number) => newcomers.left(connections[number]!), cut };
}

Deno.test("Newcomers makes room by cutting the first of the machine that has most", () => {
  const { come, leave, cut } = arrivals({ most: 3, timeoutMs: 60_000 });
  for (const host of ["phone", "mallory", "mallory", "mallory", "laptop"]) come(host);
  deepStrictEqual(cut, [1, 2]);
  // Who has proved its id makes room, too, and is cut no more.
  leave(0);
  come("tablet");
  deepStrictEqual(cut, [1, 2]);
  for (const number of [3, 4, 5]) leave(number);
});

Deno.test("Newcomers cuts who takes too long, and nobody twice", async () => {
  const { come, leave, cut } = arrivals({ most: 8, timeoutMs: 10 });
  come("mallory");
  come("phone");
  leave(1);
  for (let i = 0; i < 500 && cut.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  deepStrictEqual(cut, [0]);
  leave(0);
  equal(cut.length, 1);
});
