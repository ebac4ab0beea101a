import { deepStrictEqual, throws } from "node:assert/strict";
import { OwnStages, parseGuestStop, shownRows, type StageStop } from "./stages.ts";
import type { SyncPort } from "./sync_port.ts";

const STOP: StageStop = { stage: "capture", thread: "main", method: "app.ts#work" };
const ROW = { mid: 1, cid: null, class: "Object", path: "this", state: "migrated" } as const;

function recorded(stepping: boolean) {
  const said: unknown[] = [];
  const port = {
    request: (message: unknown) => void said.push(["request", message]),
    tell: (message: unknown) => void said.push(["tell", message]),
  } as unknown as SyncPort;
  return { said, stages: new OwnStages(port, stepping) };
}

Deno.test("OwnStages.reach() makes no stop when nobody steps", () => {
  const { said, stages } = recorded(false);
  stages.reach(() => {
    throw new Error("made");
  });
  deepStrictEqual(said, []);
});

Deno.test("OwnStages waits for the supervisor at a stop, and for events to be shown, when somebody steps", () => {
  const { said, stages } = recorded(true);
  const event = { event: "local", thread: "main", method: "app.ts#work" } as const;
  stages.reach(() => STOP);
  stages.tell(event);
  deepStrictEqual(said, [
    ["request", { op: "supervisor", request: { op: "stage", stop: STOP } }],
    ["request", { op: "supervisor", request: { op: "events", events: [event] } }],
  ]);
});

Deno.test("parseGuestStop() takes what a stop may have, and nothing else", () => {
  const given = {
    stage: "return",
    rows: [{ ...ROW, evil: 1 }],
    rowCount: 1,
    bytes: 5,
    objects: -1,
    side: "device",
  };
  deepStrictEqual(parseGuestStop(given), {
    stage: "return",
    side: "clone",
    rows: [ROW],
    rowCount: 1,
    bytes: 5,
  });
});

Deno.test("parseGuestStop() refuses what is no stop of a guest", () => {
  const fine = { stage: "resume", rows: [ROW], rowCount: 1 };
  const wrong: unknown[] = [
    { ...fine, stage: "merge" },
    { ...fine, rows: "many" },
    { ...fine, rowCount: 0.5 },
    { ...fine, rows: [{ ...ROW, mid: "1" }] },
    { ...fine, rows: [{ ...ROW, path: 7 }] },
    { ...fine, rows: [{ ...ROW, class: "x".repeat(20_000) }] },
  ];
  for (const value of wrong) throws(() => parseGuestStop(value), TypeError);
});

Deno.test("shownRows() says how many rows there are when it shows fewer", () => {
  const asked: (number | undefined)[] = [];
  const table = (limit?: number) => (asked.push(limit), [ROW]);
  deepStrictEqual(shownRows({ table, tableSize: () => 7 }), { rows: [ROW], rowCount: 7 });
  deepStrictEqual(asked, [10_000]);
});
