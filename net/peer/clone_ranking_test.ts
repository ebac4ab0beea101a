import { deepStrictEqual, match } from "node:assert/strict";
import { SESSION_VERSION } from "../../runtime/mod.ts";
import type { LinkSpec } from "../link/mod.ts";
import { grantsOf } from "../trust/mod.ts";
import { type Candidate, explainRanking, rank } from "./clone_ranking.ts";
import type { PeerInfo } from "./info_messages.ts";

const own = { unitsPerMs: 2, deno: "2.9.6" };
const lan: LinkSpec = { rttMs: 1, upBytesPerSecond: 5e7, downBytesPerSecond: 5e7 };

function candidate(name: string, more: Partial<PeerInfo> = {}, link: LinkSpec | undefined = lan): Candidate {
  const info: PeerInfo = {
    name,
    deno: "2.9.1",
    sessionVersion: SESSION_VERSION,
    now: 0,
    unitsPerMs: 20,
    cores: 4,
    load: 0.5,
    power: "mains",
    free: 8,
    busy: 0,
    storedBytes: 0,
    grants: grantsOf(),
    capabilities: [],
    knows: [],
    ...more,
  };
  return { peer: name, info, link };
}

const order = (...candidates: Candidate[]) => rank(candidates, own).map(({ candidate }) => candidate.peer);

Deno.test("rank() prefers speed, a free core, a good link and held code, all else being equal", () => {
  deepStrictEqual(order(candidate("slow", { unitsPerMs: 5 }), candidate("fast")), ["fast", "slow"]);
  deepStrictEqual(order(candidate("busy", { load: 12 }), candidate("idle")), ["idle", "busy"]);
  deepStrictEqual(
    order(candidate("far", {}, { ...lan, rttMs: 300 }), candidate("near")),
    ["near", "far"],
  );
  deepStrictEqual(order(candidate("empty"), candidate("holds", { storedBytes: 1 })), ["holds", "empty"]);
  deepStrictEqual(
    order(candidate("granted little", { grants: grantsOf({ cores: 0.2 }) }), candidate("all")),
    [
      "all",
      "granted little",
    ],
  );
});

Deno.test("rank() weighs a slow link against a fast machine", () => {
  const slow = { rttMs: 680, upBytesPerSecond: 50_000, downBytesPerSecond: 50_000 };
  deepStrictEqual(
    order(candidate("desk", { unitsPerMs: 200 }, slow), candidate("laptop", { unitsPerMs: 6 })),
    [
      "laptop",
      "desk",
    ],
  );
});

Deno.test("rank() puts last what can't be used, and explainRanking() says why", () => {
  const ranked = rank([
    candidate("full", { free: 0 }),
    candidate("old", { sessionVersion: 0 }),
    candidate("other", { deno: "1.2.3" }),
    candidate("closed", { closed: "it lends itself to this device from 08:00 to 09:00 only" }),
    candidate("laptop"),
  ], own);
  deepStrictEqual(ranked[0]!.candidate.peer, "laptop");
  const text = explainRanking(ranked);
  match(text, /^laptop 0\.1\d s for a second of this device's work \(10 times as fast, 1\.0 ms away\); /);
  for (
    const part of [/full can't: it takes no more guests/, /update clonecloud there/, /same minor/, /08:00/]
  ) {
    match(text, part);
  }
});
