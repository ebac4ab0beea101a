import { strictEqual } from "node:assert/strict";
import { printable } from "./printable.ts";

Deno.test("printable() escapes what could move the cursor or turn text around", () => {
  strictEqual(printable("a\u001b[2Jb\nc\u202ed"), "a\\u001b[2Jb\\u000ac\\u202ed");
  strictEqual(printable("größe 表"), "größe 表");
});
