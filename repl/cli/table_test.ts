import { deepStrictEqual } from "node:assert/strict";
import { fittingLines } from "./table.ts";

const HEADER = ["NAME", "PEER", "NOTE"];
const ROWS = [["laptop", "12D3KooW", "-"], ["tv", "12D3KooX", "near by"]];

Deno.test("fittingLines() is a table where there is room, else a record a row without what isn't known", () => {
  deepStrictEqual(fittingLines(HEADER, ROWS, 25), [
    "NAME    PEER      NOTE",
    "laptop  12D3KooW  -",
    "tv      12D3KooX  near by",
  ]);
  deepStrictEqual(fittingLines(HEADER, ROWS, 24), [
    "NAME  laptop",
    "PEER  12D3KooW",
    "",
    "NAME  tv",
    "PEER  12D3KooX",
    "NOTE  near by",
  ]);
});
