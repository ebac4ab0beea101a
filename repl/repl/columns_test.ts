import { deepStrictEqual } from "node:assert/strict";
import { columns } from "./columns.ts";

const HEADER = ["MID", "PATH", "STATE"];
const ROWS = [["1", "method", "migrated"], ["12", "method→histogram.\x1b[[Prototype]]", "new"]];

Deno.test("columns() aligns cells, and gives the widest ones lines of their own where there is no room", () => {
  const wide = [
    "MID  PATH                                  STATE",
    "1    method                                migrated",
    "12   method→histogram.\\u001b[[Prototype]]  new",
  ];
  deepStrictEqual(columns(HEADER, ROWS, Infinity), wide);
  deepStrictEqual(columns(HEADER, ROWS, 51), wide);
  deepStrictEqual(columns(HEADER, ROWS, 50), [
    "MID  STATE",
    "    PATH",
    "1    migrated",
    "    method",
    "12   new",
    "    method→histogram.\\u001b[[Prototype]]",
  ]);
});

Deno.test("columns() needs neither a header nor rows", () => {
  deepStrictEqual(columns(undefined, [["a", "bc"], ["def", ""]], 9), ["a    bc", "def"]);
  deepStrictEqual(columns(undefined, [["a", "bcde"], ["fgh", ""]], 8), ["a", "    bcde", "fgh"]);
  deepStrictEqual(columns(undefined, [["abcde", "f"], ["gh", ""]], 6), ["abcde", "    f", "gh"]);
  deepStrictEqual(columns(undefined, []), []);
});
