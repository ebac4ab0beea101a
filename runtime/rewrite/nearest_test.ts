import { deepEqual } from "node:assert/strict";
import { nearest, nearestMethod } from "./nearest.ts";

Deno.test("nearest() finds what was nearly written, and nothing where nothing is near", () => {
  const commands = ["run", "peer", "pair", "peers", "profile", "partition"];
  const cases: [string, string | undefined][] = [
    ["rnu", "run"],
    ["Peer", "peer"],
    ["pears", "peers"],
    ["profle", "profile"],
    ["partitoin", "partition"],
    ["quux", undefined],
    ["", undefined],
  ];
  for (const [given, meant] of cases) deepEqual([given, nearest(given, commands)], [given, meant]);
});

Deno.test("nearestMethod() looks at the name, whole or its end", () => {
  const ids = [
    "app.ts#heavy",
    "app.ts#Scanner.scan",
    "app.ts#get size",
    "app.ts#rowDrawer.draw",
    "app.ts#<1>",
  ];
  const cases: [string, string | undefined][] = [
    ["app.ts#heavyy", "app.ts#heavy"],
    ["app.ts#Heavy", "app.ts#heavy"],
    ["app.ts#scan", "app.ts#Scanner.scan"],
    ["app.ts#size", "app.ts#get size"],
    ["app.ts#drwa", "app.ts#rowDrawer.draw"],
    ["app.ts#rowDrawer.dra", "app.ts#rowDrawer.draw"],
    ["app.ts#nothingLikeIt", undefined],
  ];
  for (const [given, meant] of cases) deepEqual([given, nearestMethod(given, ids)], [given, meant]);
});
