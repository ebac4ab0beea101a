import { deepStrictEqual as assertEquals, equal } from "node:assert/strict";
import type { RunNote, StartNotes } from "./app_memory.ts";
import { SizeModel } from "../../analysis/cost/mod.ts";
import { Decider, deciderModel, DEFAULT_OVERHEADS } from "../../analysis/mod.ts";
import { methodId } from "../../runtime/mod.ts";
import {
  gainsNothing,
  isShort,
  ranAlone,
  savedAgain,
  SavedTime,
  skipped,
  started,
  startsPlainly,
  told,
} from "./start_choice.ts";

const WAY = "auto wifi";
const notes = (...runs: [features: number[], savedMs: number][]): StartNotes => ({
  runs: runs.map(([features, savedMs]) => ({ features, savedMs, way: WAY })),
});
const plainly = (known: StartNotes, features: number[], way = WAY) => startsPlainly(known, { features, way });

Deno.test("startsPlainly() says so for inputs no larger than one that lost, on the same way to a clone", () => {
  const known = notes([[2, 1000, 0], -500]);
  equal(plainly(known, [2, 1000, 0]), true);
  equal(plainly(known, [1, 10, 0]), true);
  equal(plainly(known, [3, 10, 0]), false, "more arguments");
  equal(plainly(known, [2, 1001, 0]), false, "more bytes");
  equal(plainly(known, [2, 1000, 5]), false, "a number that wasn't there");
  equal(plainly(known, [1, 10, 0], "auto 3g"), false);
  equal(plainly(notes(), [0, 0, 0]), false);
});

Deno.test("startsPlainly() believes a win on less before a loss on more", () => {
  equal(plainly(notes([[2, 1000, 0], -500], [[1, 500, 0], 300]), [2, 800, 0]), false);
  equal(plainly(notes([[2, 1000, 0], -500], [[1, 900, 0], 300]), [2, 800, 0]), true);
});

Deno.test("startsPlainly() lets one try again after some that didn't", () => {
  let known = notes([[2, 1000, 0], -500]);
  let count = 0;
  while (plainly(known, [1, 1, 0])) [known, count] = [skipped(known), count + 1];
  equal(count, 8);
  equal(plainly(started(known, { features: [1, 1, 0], way: WAY, savedMs: -1 }), [1, 1, 0]), true);
});

Deno.test("started() keeps the last run of each input, and eight of each way", () => {
  let known = notes();
  for (let i = 0; i < 12; i++) known = started(known, { features: [i], way: WAY, savedMs: i });
  known = started(known, { features: [11], way: WAY, savedMs: -7 });
  known = started(known, { features: [11], way: "other", savedMs: 1 });
  assertEquals(known.runs.map(({ features, way, savedMs }) => [features[0], way, savedMs]), [
    ...[4, 5, 6, 7, 8, 9, 10].map((i) => [i, WAY, i]),
    ...[[11, WAY, -7], [11, "other", 1]],
  ]);
});

Deno.test("startsPlainly() believes what was measured without a clone before what a run with one was thought to save", () => {
  const lost = { features: [2, 1000, 0], way: WAY, savedMs: -500, ms: 4000 };
  const alone = (ms: number, more: object = { measured: true }) => ({
    runs: [lost],
    alone: [{ features: [2, 900, 0], ms, ...more }],
  });
  equal(plainly(alone(3000), [2, 900, 0]), true);
  equal(plainly(alone(5000), [2, 900, 0]), false, "less took longer without");
  equal(plainly(alone(5000, {}), [2, 900, 0]), true, "that was only thought");
  equal(plainly(alone(5000), [1, 10, 0]), false, "then nothing has lost");
});

Deno.test("startsPlainly() leaves a run that stayed by a guess to the decision model, which it taught, where that can tell", () => {
  const known: StartNotes = {
    runs: [{ features: [2, 1000, 0], way: WAY, savedMs: -500, stayed: true, guessed: true }],
  };
  const start = { features: [2, 1000, 0], way: WAY };
  assertEquals([startsPlainly(known, start), startsPlainly(known, start, false)], [true, false]);
  const untold = new Decider(deciderModel({
    ...{ executions: [], candidates: [], chosen: [], overheads: DEFAULT_OVERHEADS },
    conditions: {
      ...{ rttMs: 70, upBytesPerSecond: 1e6, downBytesPerSecond: 1e6 },
      ...{ cloneSpeed: 4, power: "unknown" },
    },
  }));
  equal(gainsNothing(known, start, untold), true, "nothing tells but that run");
  equal(gainsNothing({ runs: [] }, start, untold), false);
});

Deno.test("started() forgets what stayed when one has gained: the decision model knows more now", () => {
  const stayed = { features: [2, 1000, 0], way: WAY, savedMs: -500, stayed: true };
  const far = { ...stayed, way: "auto 3g" };
  const known: StartNotes = { runs: [stayed, far, { ...stayed, features: [1, 5, 0], stayed: false }] };
  const after = (savedMs: number) =>
    started(known, { features: [2, 9000, 0], way: WAY, savedMs }).runs.map((run) => run.features[1]);
  assertEquals(after(300), [1000, 5, 9000], "but what migrated and lost, and the other way");
  assertEquals(after(-300), [1000, 1000, 5, 9000]);
});

Deno.test("told() tells the decision model what plain runs took, once", () => {
  const plain = ranAlone(notes(), { features: [1, 10, 0], way: WAY }, {
    ms: 7,
    measured: true,
    untold: true,
  });
  const known = ranAlone(plain, { features: [1, 20, 0], way: WAY }, { ms: 9 });
  const heard: (readonly [ArrayLike<number>, number])[] = [];
  const after = told(known, { ranAlone: (features, ms) => void heard.push([features, ms]) });
  assertEquals(heard, [[[1, 10, 0], 7]]);
  assertEquals(after?.alone, [{ features: [1, 10, 0], ms: 7, measured: true }, {
    features: [1, 20, 0],
    ms: 9,
  }]);
  equal(told(after!, { ranAlone: (features, ms) => void heard.push([features, ms]) }), undefined);
  equal(heard.length, 1);
  told({ ...plain, unseenMs: 3 }, { ranAlone: (features, ms) => void heard.push([features, ms]) });
  assertEquals(heard.at(-1), [[1, 10, 0], 4], "the process's start is no method's");
});

Deno.test("SavedTime adds up what migrations took less than the device was predicted to", () => {
  const saved = new SavedTime();
  const event = (name: "capture" | "merge", more: object) =>
    saved.event({ event: name, thread: "main", method: "m", ...more });
  event("capture", { ms: 10 });
  event("merge", { predicted: 1000, away: 300, ms: 5 });
  event("capture", { ms: 20 });
  event("merge", { predicted: 100, away: 300, ms: 5 });
  equal(saved.ms, 685 - 225);
});

Deno.test("gainsNothing() compares what the model expects of a clone with what the runtime's start took", () => {
  const main = methodId("a.ts#main");
  const conditions = {
    rttMs: 70,
    upBytesPerSecond: 8e5,
    downBytesPerSecond: 8e5,
    cloneSpeed: 10,
    power: "unknown",
  };
  const model = deciderModel({
    ...{ executions: [], candidates: [main], chosen: [main], overheads: DEFAULT_OVERHEADS },
    conditions: { ...conditions, power: "unknown" },
  });
  const taught = new Decider(model);
  const away = { where: "there", cloneMs: 100, upBytes: 1000, downBytes: 100, waitedMs: 0 } as const;
  taught.decide(main, [1, 1000, 0], true);
  taught.observe(main, { ...away, totalMs: 200, features: [1, 1000, 0] });
  taught.observe(main, { where: "here", ms: 1000, features: [1, 1000, 0] });
  const decider = () => new Decider(JSON.parse(JSON.stringify(taught)));
  const last = {
    features: [9, 9, 9],
    way: WAY,
    savedMs: 1,
    conditions: { ...conditions, power: "unknown" },
  } as const;
  const twice = (more: object): StartNotes => ({ runs: [{ ...last, ...more }, { ...last, ...more }] });
  const known = twice({ startMs: 2000 });
  const nothing = (bytes: number, notes = known, way = WAY) =>
    gainsNothing(notes, { features: [1, bytes, 0], way }, decider());
  equal(nothing(1000), true, "a second's work can't pay two seconds of start");
  equal(nothing(8000), false, "eight seconds' work can");
  equal(nothing(1000, twice({ startMs: 300 })), false, "a quick start is paid back");
  equal(
    nothing(1000, { runs: [{ ...last, startMs: 800 }] }),
    false,
    "the first start is longer than later ones",
  );
  equal(
    nothing(1000, { runs: [{ ...last, startMs: 300 }, ...known.runs] }),
    false,
    "what else works only adds to it",
  );
  const opened = (openingMs: number) => nothing(1000, twice({ startMs: 300, openingMs }));
  assertEquals([opened(200), opened(2000)], [false, true], "a session's opening is paid too");
  const unopened = { ...last, startMs: 300, openingMs: 0, stayed: true };
  const opening = { ...unopened, openingMs: 2000, stayed: false };
  equal(nothing(1000, { runs: [unopened, opening] }), true, "who stays may not have waited for one");
  equal(nothing(1000, known, "auto 3g"), false, "nothing is known of that way");
  equal(nothing(1000, { ...known, skipped: 8 }), false, "one tries again");
  equal(nothing(1000, { runs: [last] }), false, "the start wasn't measured");
  const stayed = new Decider(model), large = [1, 4e7, 0];
  stayed.decide(main, large, true);
  stayed.observe(main, { where: "here", ms: 30_000, features: large });
  equal(gainsNothing(known, { features: large, way: WAY }, stayed), false, "the clone may have its files");
  // A run whose first migration cost more than it saved: the next one needn't pay all of that.
  const lost = { ...last, features: [1, 8000, 0], savedMs: -500, startMs: 300, openingMs: 200 };
  const again = (run: RunNote) => savedAgain(notes(), run, decider());
  equal(again(lost) > 1000, true, `${again(lost)}`);
  equal(again({ ...lost, startMs: 20_000 }), -500, "it loses again, and no more than it did");
  equal(
    savedAgain(twice({ startMs: 300 }), { ...lost, startMs: 20_000 }, decider()) > 1000,
    true,
    "that start was odd",
  );
  equal(again({ ...last, savedMs: -500 }), -500, "the start wasn't measured");
});

Deno.test("isShort() says so for inputs that take less than the runtime's start alone, whatever the way to a clone", () => {
  const short = (known: StartNotes, bytes: number) =>
    isShort(known, { features: [1, bytes, 0], way: "never used" }, new SizeModel());
  const size = (bytes: number) => ({ features: [1, bytes, 0], way: WAY });
  const lengths = ranAlone(ranAlone(notes(), size(1e5), { ms: 3000 }), size(4e5), { ms: 9000 });
  equal(short(lengths, 1e5), false, "what a start takes isn't known");
  const known = started(lengths, { ...size(4e5), savedMs: 100, startMs: 12_000 });
  equal(known.alone?.length, 2, "they stay known");
  assertEquals([1e5, 2e5, 3.5e5, 8e5].map((bytes) => short(known, bytes)), [true, true, false, false]);
  equal(short({ ...known, unseenMs: 1000 }, 3.5e5), true, "a process's start runs nowhere else");
  const far = started(lengths, { ...size(4e5), savedMs: 100, startMs: 2000, openingMs: 4000 });
  equal(short(far, 1e5), false, "how long a session opened on one way says nothing of another");
  // From one size it goes in proportion.
  const one = started(ranAlone(notes(), size(1e5), { ms: 3000 }), {
    ...size(1e5),
    savedMs: 1,
    startMs: 12_000,
  });
  assertEquals([1e5, 2.4e5, 2.6e5].map((bytes) => short(one, bytes)), [true, true, false]);
  // What never varied may be what it goes with.
  const rounds = (count: number, bytes: number) => ({ features: [2, bytes, count], way: WAY });
  const varied = started(
    ranAlone(ranAlone(notes(), rounds(2, 1e5), { ms: 200 }), rounds(3, 1e5), { ms: 300 }),
    {
      ...rounds(3, 1e5),
      savedMs: 1,
      startMs: 12_000,
    },
  );
  assertEquals([1e5, 1e6, 1e7].map((bytes) => isShort(varied, rounds(3, bytes), new SizeModel())), [
    true,
    true,
    false,
  ]);
  const mostlyStart = ranAlone(ranAlone(notes(), size(1e5), { ms: 3000 }), size(4e5), { ms: 3600 });
  equal(isShort(mostlyStart, size(8e5), new SizeModel(), () => 4000), true, "what varied is known");
  // What it really took corrects it: each run that starts plainly tells.
  equal(short(ranAlone(known, size(1e5), { ms: 20_000 }), 1e5), false);
  equal(short({ ...known, skipped: 8 }, 1e5), true);
  // Until this app has shown what a start takes, others have.
  const usually = (usualMs: number) => isShort(lengths, size(1e5), new SizeModel(), () => usualMs);
  assertEquals([usually(6000), usually(2000)], [true, false]);
  equal(isShort(known, size(3.5e5), new SizeModel(), () => 60_000), false, "it has");
});
