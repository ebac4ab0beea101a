import { deepStrictEqual, equal, rejects } from "node:assert/strict";
import { Admission, type AdmissionOptions } from "./admission.ts";

const MIB = 2 ** 20;
const admission = (options: Partial<AdmissionOptions> = {}) =>
  new Admission({
    ...{ maxGuests: 1000, starters: 1, budgetBytes: 64_000 * MIB, usedBytes: () => 0, limitsRate: false },
    ...options,
  });

Deno.test("Admission.enter() lets devices in by turns, however many apps one has", async () => {
  const line = admission();
  const order: string[] = [];
  const enter = async (device: string) => {
    const place = await line.enter(device, 100);
    order.push(device);
    await Promise.resolve();
    place.started();
  };
  await Promise.all([..."aaaabbc"].map(enter));
  deepStrictEqual(order.join(""), "abcabaa");
});

Deno.test("Admission.enter() refuses at once what there is no room for, and lets in again when somebody left", async () => {
  const full = admission({ maxGuests: 1 });
  const place = await full.enter("a", 9);
  await rejects(full.enter("b", 9), /as many as its owner allows/);
  place.leave();
  place.leave();
  const second = await full.enter("b", 9);
  await rejects(full.enter("b", 1), /as many as its owner allows/);
  second.leave();
  const own = admission({ starters: 9 });
  (await own.enter("a", 1)).started();
  await rejects(own.enter("a", 1), /has 1 there, as many as it is granted/);
  (await own.enter("b", 1)).leave();
  await rejects(admission({ usedBytes: () => 63_990 * MIB }).enter("a", 9), /no memory left/);
});

Deno.test("Admission.enter() refuses at once when too many wait already", async () => {
  const line = admission();
  const first = await line.enter("a", 100);
  const waiting = Array.from({ length: 100 }, () => line.enter("b", 1000));
  await rejects(line.enter("c", 1000), /100 others wait at the clone already/);
  first.leave();
  for (const next of waiting) (await next).leave();
  equal(line.used, 0);
});
