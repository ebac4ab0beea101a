import { equal, match, ok } from "node:assert/strict";
import { inThreeTries } from "./net_fixtures.ts";
import { slowBulk } from "./slow_bulk.ts";

/** As long as a connection that is silent may live, and more. `tests/slow_bulk.ts` does it for a minute. */
const SECONDS = 8;

Deno.test("bulk that fills a link of 0.4 Mbit/s is no cut, and a cut in the middle of it is noticed in 4 s", () =>
  inThreeTries(async () => {
    const { bytes, falseAlarm, noticedMs, reason } = await slowBulk(SECONDS);
    equal(falseAlarm, undefined);
    // Really bulk: at least half of what the link carries.
    ok(bytes > SECONDS * 25_000, `${bytes} bytes came back`);
    match(reason!, /no sign of life/);
    ok(noticedMs! < 4_200, `${noticedMs} ms`);
  }));
