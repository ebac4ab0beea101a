import { deepStrictEqual, notDeepStrictEqual, throws } from "node:assert/strict";
import { cpaceKey, cpaceMessage, cpaceShare, generator, littleEndian, shareOf } from "./cpace.ts";

const hex = (text: string) => Uint8Array.fromHex(text);
const utf8 = (text: string) => new TextEncoder().encode(text);

/** The draft's test vector for ristretto255 and SHA-512. */
const INPUT = {
  password: utf8("Password"),
  channel: utf8("oc\x0bB_responder\x0bA_initiator"),
  sessionId: hex("7e4b4791d6a8ef019b936c79fb7f2c57"),
};
const SECRET_A = littleEndian(hex("da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08"));
const SECRET_B = littleEndian(hex("d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d"));
const SHARE_A = hex("d40fb265a7abeaee7939d91a585fe59f7053f982c296ec413c624c669308f87a");
const SHARE_B = hex("08bcf6e9777a9c313a3db6daa510f2d398403319c2341bd506a92e672eb7e307");
const KEY = hex(
  "4c5469a16b2364c4b944ebc1a79e51d1674ad47db26e8718154f59faebfaa52d8346f30aa58377117eb20d527f2cbc5c76381f7fd372e89df8239f87f2e02ed1",
);
const TRANSCRIPT = {
  initiator: cpaceMessage(SHARE_A, utf8("ADa")),
  responder: cpaceMessage(SHARE_B, utf8("ADb")),
};

Deno.test("generator() is the draft's test vector", () => {
  deepStrictEqual(
    generator(INPUT).toBytes(),
    hex("a6fc82c3b8968fbb2e06fee81ca858586dea50d248f0c7ca6a18b0902a30b36b"),
  );
});

Deno.test("shareOf() gives the draft's shares", () => {
  deepStrictEqual(shareOf(INPUT, SECRET_A), SHARE_A);
  deepStrictEqual(shareOf(INPUT, SECRET_B), SHARE_B);
});

Deno.test("cpaceKey() gives both sides the draft's key", () => {
  const a = { secret: SECRET_A, share: SHARE_A };
  const b = { secret: SECRET_B, share: SHARE_B };
  deepStrictEqual(cpaceKey(INPUT, a, { ...TRANSCRIPT, other: SHARE_B }), KEY);
  deepStrictEqual(cpaceKey(INPUT, b, { ...TRANSCRIPT, other: SHARE_A }), KEY);
});

Deno.test("cpaceKey() differs when password, channel or session id differs", () => {
  const a = cpaceShare(INPUT);
  for (const change of [{ password: utf8("password") }, { channel: utf8("x") }, { sessionId: utf8("y") }]) {
    const other = { ...INPUT, ...change };
    const b = cpaceShare(other);
    const transcript = {
      initiator: cpaceMessage(a.share, utf8("a")),
      responder: cpaceMessage(b.share, utf8("b")),
    };
    notDeepStrictEqual(
      cpaceKey(INPUT, a, { ...transcript, other: b.share }),
      cpaceKey(other, b, { ...transcript, other: a.share }),
    );
  }
});

Deno.test("cpaceKey() refuses the neutral element and what is no point", () => {
  const own = cpaceShare(INPUT);
  throws(() => cpaceKey(INPUT, own, { ...TRANSCRIPT, other: new Uint8Array(32) }), /neutral element/);
  throws(
    () => cpaceKey(INPUT, own, { ...TRANSCRIPT, other: new Uint8Array(32).fill(255) }),
    /not a group element/,
  );
  throws(() => cpaceKey(INPUT, own, { ...TRANSCRIPT, other: new Uint8Array(31) }), /not a group element/);
});
