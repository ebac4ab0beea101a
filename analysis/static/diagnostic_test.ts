import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { codeFrame, syntaxError } from "./diagnostic.ts";

Deno.test("codeFrame() shows the line, the one before, and carets under the place", () => {
  assertEquals(
    codeFrame("let a;\nlet = 1;\n", { line: 2, column: 4 }),
    "1 | let a;\n2 | let = 1;\n  |     ^",
  );
  assertEquals(codeFrame("import x;", { line: 1, column: 7, end: 8 }), "1 | import x;\n  |        ^");
  assertEquals(codeFrame("f(abc)", { line: 1, column: 2, end: 5 }), "1 | f(abc)\n  |   ^^^");
  const ten = `${"\n".repeat(8)}nine\n\tten(`;
  assertEquals(codeFrame(ten, { line: 10, column: 4 }), " 9 | nine\n10 | \tten(\n   | \t   ^");
  assertEquals(codeFrame("one", { line: 7, column: 0 }), "");
});

Deno.test("codeFrame() shows a part of a line that is too long to look at, with the place in it", () => {
  const frame = codeFrame(`${"a".repeat(5000)}!${"b".repeat(5000)}`, { line: 1, column: 5000 });
  const [shown, carets] = frame.split("\n");
  assert(shown!.length <= 110, frame);
  assertEquals(shown![carets!.indexOf("^")], "!");
});

Deno.test("syntaxError() reads what Deno says of a module that it can't parse", () => {
  const said = "SyntaxError: Expression expected\n  |\n3 |   let = ;\n  |         ~\n    at file:///b.ts:3:9";
  const { line, column, note, frame } = syntaxError("file:///b.ts", said, "\n\n  let = ;")!;
  assertEquals([line, column, note], [3, 8, "Expression expected"]);
  assert(frame.endsWith("3 |   let = ;\n  |         ^"), frame);
  assertEquals(syntaxError("file:///b.ts", `Module not found "file:///b.ts".`, undefined), undefined);
});
