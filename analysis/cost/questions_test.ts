import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { questionsFor } from "./questions.ts";

Deno.test("questionsFor() counts what files are read ahead by, as migrations asked", () => {
  const kib = 1024;
  assertEquals([questionsFor(0, 0), questionsFor(3, 0), questionsFor(0, 5)], [0, 0, 0], "no files");
  assertEquals(questionsFor(1, 100 * 1024 * kib), 2, "one is read as a whole");
  // One look, and reads of up to 128, 256 and 512 KiB.
  assertEquals(questionsFor(3, 420_000), 4);
  assertEquals(questionsFor(1000, 128 * kib), 17, "what they are takes more");
  assertEquals(
    [128, 129, 384, 385, 896, 897, 1920, 1921].map((size) => questionsFor(50, size * kib) - 1),
    [1, 2, 2, 3, 3, 4, 4, 5],
  );
});
