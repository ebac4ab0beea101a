import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import decodeQR from "qr/decode.js";
import { bestAddress, pairingUri, parsePairingUri, qrCode } from "./qr.ts";

const ADDRESS = "/ip4/192.168.1.5/tcp/40001/p2p/12D3KooWPHdBY6EoViNxHUNmB4b1FWtC36bfsAXLnQtXGAmesMy5";

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

/** Columns of a phone's terminal, held upright. */
const PHONE_COLUMNS = 40;

Deno.test("qrCode() draws what a camera reads back, and `pair` takes", async () => {
  for (const address of [ADDRESS, ADDRESS.replace("192.168.1.5", "192.168.101.105")]) {
    const { lines, columns } = qrCode(await pairingUri("123-456", address));
    ok(columns <= PHONE_COLUMNS, `${columns} columns`);
    const text = decodeQR(photograph(lines));
    deepStrictEqual(await parsePairingUri(text), { code: "123456", address });
    deepStrictEqual(await parsePairingUri(` ${text.toLowerCase()}\n`), { code: "123456", address });
    equal(await parsePairingUri("https://example.com/"), undefined);
    equal(await parsePairingUri("123-456"), undefined);
    await rejects(parsePairingUri(text.slice(0, -1)), /a part of what was scanned is missing/);
  }
});

Deno.test("pairingUri() keeps an address of another kind as it is", async () => {
  for (
    const kind of ["/ip6/fe80::1/tcp/4001", "/ip4/192.168.1.5/tcp/4001/ws", "/dns4/laptop.local/tcp/4001"]
  ) {
    const address = ADDRESS.replace("/ip4/192.168.1.5/tcp/40001", kind);
    const text = decodeQR(photograph(qrCode(await pairingUri("123-456", address)).lines));
    deepStrictEqual(await parsePairingUri(text), { code: "123456", address });
    await rejects(parsePairingUri(text.slice(0, 60)), /a part of what was scanned is missing/);
  }
});

Deno.test("bestAddress() prefers what another machine reaches", () => {
  const [home, v6, web, lan] = [
    "/ip4/127.0.0.1/tcp/1",
    "/ip6/fd00::1/tcp/1",
    "/ip4/10.0.0.1/tcp/2/ws",
    "/ip4/10.0.0.1/tcp/1",
  ];
  equal(bestAddress([home!, "/ip6/::1/tcp/1", web!, v6!, lan!]), lan);
  equal(bestAddress([home!, "/ip6/::1/tcp/1", web!, v6!]), v6);
  equal(bestAddress(["/ip6/::1/tcp/1", web!]), web);
  equal(bestAddress([home!]), home);
});
