import { deepStrictEqual, equal } from "node:assert/strict";
import decodeQR from "qr/decode.js";
import { pairingUri, parsePairingUri, qrCode } from "./qr.ts";

const ADDRESS = "/ip4/192.168.1.5/tcp/40001/p2p/12D3KooWQMFNExz4bXx5MAAABDD8KCcKQGu5GvUeez8TsufbprUy";

/** What a camera would see: four pixels a module. */
function photograph(code: string): { width: number; height: number; data: Uint8Array } {
  // deno-lint-ignore no-control-regex
  const lines = code.replace(/\x1b\[[\d;]*m/g, "").split("\n");
  const rows = lines.flatMap((
    line,
  ) => [[...line].map((c) => "█▀".includes(c)), [...line].map((c) => "█▄".includes(c))]);
  const [width, height] = [4 * rows[0]!.length, 4 * rows.length];
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.fill(rows[y >> 2]![x >> 2] ? 255 : 0, 4 * (y * width + x), 4 * (y * width + x) + 3);
      data[4 * (y * width + x) + 3] = 255;
    }
  }
  return { width, height, data };
}

Deno.test("qrCode() draws what a camera reads back, and `pair` takes", () => {
  const text = decodeQR(photograph(qrCode(pairingUri("123-456", ADDRESS))));
  equal(text, `clonecloud:pair/123456${ADDRESS}`);
  deepStrictEqual(parsePairingUri(text), { code: "123456", address: ADDRESS });
  equal(parsePairingUri("https://example.com/"), undefined);
});
