import assert from "node:assert/strict";
import { workThrough } from "./learner.ts";
import { type LessonNote, Lessons } from "./lessons.ts";

const NOTE: LessonNote = {
  app: { main: "file:///app.ts", path: "/app.ts", root: "/" },
  args: [],
  endedMs: 0,
  methods: [],
  objective: "time",
  features: [],
  misses: [],
};

/** A home of its own with so many lessons, the oldest first. */
function homeWith(count: number): { home: string; places: string[]; [Symbol.dispose](): void } {
  const home = Deno.makeTempDirSync();
  const places = Array.from({ length: count }, (_, i) => {
    const place = `${home}/lessons/${1000 + i}-1`;
    Deno.mkdirSync(place, { recursive: true });
    Lessons.end(place, NOTE);
    return place;
  });
  return { home, places, [Symbol.dispose]: () => Deno.removeSync(home, { recursive: true }) };
}

Deno.test("workThrough() teaches each lesson once, the oldest first, and goes on after one that fails", async () => {
  using scene = homeWith(3);
  const taught: string[] = [], told: string[] = [];
  const teach = (place: string) => {
    taught.push(place);
    return taught.length === 2 ? Promise.reject(new Error("no such code")) : Promise.resolve();
  };
  assert.equal(await workThrough(scene.home, { teach, wait: true, tell: (line) => told.push(line) }), 2);
  assert.deepEqual(taught, scene.places);
  assert.deepEqual(told, ["could not learn from a run: no such code"]);
  assert.deepEqual(new Lessons(scene.home).waiting(), []);
});

Deno.test("workThrough() tries a lesson that ends its process no more than twice", async () => {
  using scene = homeWith(1);
  const [place] = scene.places;
  // As two processes that didn't come back leave it.
  for (const n of [1, 2]) Deno.writeTextFileSync(`${place}/try${n}`, "");
  const told: string[] = [];
  const teach = () => Promise.reject(new Error("was tried again"));
  await workThrough(scene.home, { teach, wait: true, tell: (line) => told.push(line) });
  assert.deepEqual(told, ["gave up a lesson that could not be learnt in 2 tries"]);
  assert.deepEqual(new Lessons(scene.home).waiting(), []);
});

Deno.test("workThrough() is done by one at a time: another leaves it, or waits", async () => {
  using scene = homeWith(1);
  const entered = Promise.withResolvers<void>(), leave = Promise.withResolvers<void>();
  const options = { wait: true, tell: () => {} };
  const first = workThrough(scene.home, {
    ...options,
    teach: () => {
      entered.resolve();
      return leave.promise;
    },
  });
  await entered.promise;
  let taught = 0;
  const teach = () => Promise.resolve(void taught++);
  assert.equal(await workThrough(scene.home, { ...options, wait: false, teach }), 0);
  const waiting = workThrough(scene.home, { ...options, teach });
  // What came while the first was at work is still learnt.
  const place = `${scene.home}/lessons/2000-1`;
  Deno.mkdirSync(place);
  Lessons.end(place, NOTE);
  leave.resolve();
  assert.deepEqual([await first + await waiting, new Lessons(scene.home).waiting()], [2, []]);
});

Deno.test("Lessons.begin() gives no place while too many wait, and clears what killed runs left", () => {
  using scene = homeWith(7);
  const lessons = new Lessons(scene.home);
  const started = lessons.begin();
  assert.ok(started !== undefined);
  assert.equal(lessons.begin(), undefined);
  Deno.renameSync(started, `${scene.home}/lessons/1-1`);
  assert.ok(lessons.begin() !== undefined);
});
