import { deepStrictEqual } from "node:assert/strict";
import type { StageRow, StageStop } from "../../runtime/mod.ts";
import { type Stand, standAt } from "./stand.ts";

function row(mid: number | null, cid: number | null, path: string, more: Partial<StageRow> = {}): StageRow {
  return { mid, cid, class: "Object", path, state: "migrated", ...more };
}

function stops(...given: Partial<StageStop>[]): Stand {
  let stand: Stand | undefined;
  for (const stop of given) {
    stand = standAt({ stage: "capture", thread: "main", method: "app.ts#f", ...stop }, stand);
  }
  return stand!;
}

const CAPTURE: Partial<StageStop> = { rows: [row(1, null, "this"), row(2, null, "this.list")], rowCount: 2 };

Deno.test("standAt() names what migrated as the device saw it, and what is new from there", () => {
  const { rows } = stops(CAPTURE, {
    stage: "return",
    side: "clone",
    rows: [
      row(1, 11, "roots[0]", { class: "Spoofed" }),
      row(2, 12, "roots[0]"),
      row(null, 13, "[0]", { below: 12, state: "new" }),
      row(null, 14, "result", { state: "new" }),
    ],
  });
  deepStrictEqual(rows.map(({ class: name, path }) => `${name} ${path}`), [
    "Object this",
    "Object this.list",
    "Object this.list[0]",
    "Object result",
  ]);
});

Deno.test("standAt() keeps those names after the merge, when new objects have MIDs", () => {
  const home = {
    stage: "return",
    side: "clone",
    rows: [row(null, 13, "[0]", { below: 12, state: "new" }), row(2, 12, "")],
  };
  const { rows, side } = stops(CAPTURE, home as Partial<StageStop>, {
    stage: "merge",
    side: "device",
    rows: [row(2, 12, "…"), row(3, 13, "…", { state: "new" })],
  });
  deepStrictEqual([side, ...rows.map(({ path }) => path)], ["device", "this.list", "this.list[0]"]);
});

Deno.test("standAt() keeps the table at a stage that has none of its own, and starts anew at a capture", () => {
  deepStrictEqual(stops(CAPTURE, { stage: "ship", bytes: 9 }).rows.length, 2);
  deepStrictEqual(stops(CAPTURE, { stage: "capture" }).rows.length, 0);
});
