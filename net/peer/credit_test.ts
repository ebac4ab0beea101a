import { equal, ok } from "node:assert/strict";
import { LEAST_PIECE_BYTES } from "./constants.ts";
import { Credit } from "./credit.ts";

const link = (mbit: number, rttMs: number) => {
  const bytesPerSecond = mbit * 1e6 / 8;
  return { rttMs, upBytesPerSecond: bytesPerSecond, downBytesPerSecond: bytesPerSecond };
};

Deno.test("Credit.pieceBytes keeps a link busy for 50 ms at most, but where the least piece takes longer", () => {
  for (const [mbit, rttMs] of [[0.4, 680], [1, 20], [6.6, 69], [100, 5], [1000, 0.2]] as const) {
    const known = link(mbit, rttMs);
    const bytes = new Credit(() => known).pieceBytes;
    const ms = 1000 * bytes / known.upBytesPerSecond;
    ok(bytes === LEAST_PIECE_BYTES || ms <= 50, `${mbit} Mbit/s: ${bytes} bytes, ${ms} ms`);
  }
  equal(new Credit(() => undefined).pieceBytes, LEAST_PIECE_BYTES);
});

Deno.test("Credit.sent() waits once its limit is under way, until the other side took some", async () => {
  // 6.6 Mbit/s and 69 ms: 221,925 bytes.
  const credit = new Credit(() => link(6.6, 69));
  equal(credit.sent(200_000), undefined);
  let hasRoom = false;
  const room = credit.sent(30_000)!.then(() => hasRoom = true);
  credit.taken(5_000);
  await Promise.resolve();
  equal(hasRoom, false);
  credit.taken(100_000);
  await room;
});
