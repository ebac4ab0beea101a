import assert from "node:assert/strict";
import { sameBytes } from "./reader.ts";

Deno.test("sameBytes() finds any byte that differs, however the two are aligned", () => {
  const length = 301;
  for (let atA = 0; atA < 8; atA++) {
    for (let atB = 0; atB < 8; atB++) {
      const a = new Uint8Array(length + atA), b = new Uint8Array(length + atB);
      const range = { a: atA, b: atB, length };
      for (let i = 0; i < length; i++) a[atA + i] = b[atB + i] = i * 7;
      assert(sameBytes(a, b, range));
      for (let i = 0; i < length; i++) {
        b[atB + i]! ^= 128;
        assert(!sameBytes(a, b, range), `${atA} ${atB} ${i}`);
        b[atB + i]! ^= 128;
      }
    }
  }
});
