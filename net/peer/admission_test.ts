import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import { Admission, type AdmissionOptions, type AdmissionTime, type Place } from "./admission.ts";
import { MAX_LINE_MS, STARTING_TIMEOUT_MS, UNTOLD_LINE_MS } from "./constants.ts";

const MIB = 2 ** 20;
const by = (device: string, most = 1000, patienceMs = MAX_LINE_MS) => ({ device, most, patienceMs });

/** Time that passes only when it is told to. */
class Clock implements AdmissionTime {
  #now = 0;
  readonly #rings = new Set<{ at: number; ring: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, ring: () => void): () => void {
    const entry = { at: this.#now + ms, ring };
    this.#rings.add(entry);
    return () => this.#rings.delete(entry);
  }

  /** Lets time pass as long as anything is to happen. */
  async run(): Promise<void> {
    while (true) {
      // Whoever was let in goes on.
      for (let i = 0; i < 10; i++) await Promise.resolve();
      const [next] = [...this.#rings].sort((a, b) => a.at - b.at);
      if (next === undefined) return;
      this.#rings.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.ring();
    }
  }
}

const admission = (options: Partial<AdmissionOptions> = {}) =>
  new Admission({
    ...{ maxGuests: 1000, starters: 1, budgetBytes: 64_000 * MIB, usedBytes: () => 0, limitsRate: false },
    ...options,
  });

Deno.test("Admission.enter() lets devices in by turns, however many apps one has", async () => {
  const line = admission();
  const order: string[] = [];
  const enter = async (device: string) => {
    const place = await line.enter(by(device));
    order.push(device);
    await Promise.resolve();
    place.started();
  };
  await Promise.all([..."aaaabbc"].map(enter));
  deepStrictEqual(order.join(""), "abcabaa");
});

Deno.test("Admission.enter() refuses at once what there is no room for, and lets in again when somebody left", async () => {
  const full = admission({ maxGuests: 1 });
  const place = await full.enter(by("a", 9));
  await rejects(full.enter(by("b", 9)), /as many as its owner allows/);
  place.leave();
  place.leave();
  const second = await full.enter(by("b", 9));
  await rejects(full.enter(by("b", 1)), /as many as its owner allows/);
  second.leave();
  const own = admission({ starters: 9 });
  (await own.enter(by("a", 1))).started();
  await rejects(own.enter(by("a", 1)), /has 1 there, as many as it is granted/);
  (await own.enter(by("b", 1))).leave();
  await rejects(admission({ usedBytes: () => 63_990 * MIB }).enter(by("a", 9)), /no memory left/);
});

Deno.test("Admission.enter() refuses at once when too many wait already", async () => {
  const line = admission();
  const first = await line.enter(by("a", 100));
  const others = Array.from({ length: 100 }, (_, i) => `b${i}`);
  const waiting = others.map((device) => line.enter(by(device)));
  await rejects(line.enter(by("c", 1, UNTOLD_LINE_MS)), /100 others wait at the clone already/);
  first.leave();
  for (const next of waiting) (await next).leave();
  equal(line.used, 0);
});

Deno.test("Admission.enter() counts as waiting before a device only those whose turn comes first", async () => {
  const line = admission();
  const first = await line.enter(by("a"));
  const order: string[] = [];
  const short = async (device: string) => {
    const place = await line.enter(by(device, 1000, UNTOLD_LINE_MS));
    order.push(device);
    place.leave();
  };
  const waiting = Array.from({ length: 120 }, () => short("b"));
  const other = short("c");
  const all = Promise.allSettled(waiting);
  first.leave();
  await other;
  equal((await all).filter(({ status }) => status === "rejected").length, 20);
  deepStrictEqual(order.slice(0, 3), ["b", "c", "b"]);
  equal(line.used, 0);
});

Deno.test("Admission.enter() lets in eight apps of each of sixteen devices, however slow guests start, and no device much before another", async () => {
  const time = new Clock();
  const line = admission({ starters: 4, maxGuests: 128, time });
  const served = new Map<string, number>();
  const refused: string[] = [];
  const devices = Array.from({ length: 16 }, (_, index) => `device ${index}`);
  let mostApart = 0;
  const app = async (device: string) => {
    const place = await line.enter(by(device, 8)).catch((error) => void refused.push(error.message));
    if (place === undefined) return;
    served.set(device, (served.get(device) ?? 0) + 1);
    const counts = devices.map((one) => served.get(one) ?? 0);
    // The first four starts go to whoever asked first.
    if (Math.min(...counts) > 0) mostApart = Math.max(mostApart, Math.max(...counts) - Math.min(...counts));
    // Longer than any is waited for.
    time.after(STARTING_TIMEOUT_MS + 100, () => place.started());
    time.after(2 * STARTING_TIMEOUT_MS, () => place.leave());
  };
  const apps = devices.flatMap((device) => Array.from({ length: 8 }, () => app(device)));
  await time.run();
  await Promise.all(apps);
  deepStrictEqual(refused, []);
  deepStrictEqual([...served.values()], devices.map(() => 8));
  ok(mostApart <= 4, `${mostApart}`);
  equal(line.used, 0);
});

Deno.test("Admission.enter() gives up who waited as long as it may, or has gone, and lets the next in", async () => {
  const time = new Clock();
  const line = admission({ time });
  const first = await line.enter(by("a"));
  const gone = new AbortController();
  const leaving = line.enter({ ...by("b"), signal: gone.signal });
  const impatient = line.enter(by("c", 1, 1_000));
  const patient = line.enter(by("d"));
  gone.abort(new Error("gone"));
  await rejects(leaving, /gone/);
  time.after(2_000, () => first.leave());
  const settled = Promise.allSettled([impatient, patient]);
  await time.run();
  const [out, inside] = await settled;
  equal(out.status, "rejected");
  equal(inside.status, "fulfilled");
  (inside as PromiseFulfilledResult<Place>).value.leave();
  equal(line.used, 0);
});

Deno.test("Admission.enter() lets those wait that there may be memory for, and refuses them in their turn if there is none", async () => {
  let usedBytes = 0;
  const line = admission({ budgetBytes: 128 * MIB, usedBytes: () => usedBytes });
  const first = await line.enter(by("a"));
  const waiting = ["b", "c", "d"].map((device) => line.enter(by(device)));
  usedBytes = 60 * MIB;
  first.started();
  const second = await waiting[0]!;
  usedBytes = 120 * MIB;
  second.started();
  await rejects(waiting[1]!, /no memory left/);
  await rejects(waiting[2]!, /no memory left/);
  first.leave();
  usedBytes = 60 * MIB;
  second.leave();
  (await line.enter(by("d"))).leave();
  equal(line.used, 0);
});
