import { deepEqual } from "node:assert/strict";
import { MissingBuiltinError } from "./packet_error.ts";

Deno.test("MissingBuiltinError names a built-in as a program does", () => {
  const cases = [
    ["node:process#.__proto__.on", "process.on"],
    ["node:fs/promises#.readFile", "fs/promises.readFile"],
    ["node:os#", "os"],
    ["Array.prototype.absent", "Array.prototype.absent"],
  ];
  for (const [name, shown] of cases) deepEqual([name, new MissingBuiltinError(name!).builtin], [name, shown]);
});
