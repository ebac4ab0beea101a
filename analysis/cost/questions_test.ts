import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { questionsFor } from "./questions.ts";

Deno.test("questionsFor() counts what files are read ahead by, as migrations asked", () => {
  const kib = 1024;
  assertEquals([questionsFor(0, 0), questionsFor(3, 0), questionsFor(0, 5)], [0, 0, 0], "no files");
  assertEquals(questionsFor(1, 100 * 1024 * kib), 2, "one is read as a whole");
  assertEquals(questionsFor(64, 420_000), 2, "what follows the first one comes unasked");
  assertEquals(questionsFor(1000, 128 * kib), 17, "what they are takes more");
});
