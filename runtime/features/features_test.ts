import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { exceeds, featuresOf, raise } from "./features.ts";
import { runFeatures } from "./run_features.ts";

Deno.test("featuresOf() gives sizes, of files where a text names one, and runs no code of the app", () => {
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "12345");
  const trap = new Proxy({}, {
    get() {
      throw new Error("looked at");
    },
  });
  assertEquals(featuresOf([-3, "abc", path, [1, 2], new Map([[1, 1]]), new Uint8Array(9), trap, null]), [
    ...[3, 3, 5, 2, 1, 9, 0, 0],
  ]);
  Deno.removeSync(path);
});

Deno.test("exceeds() tells what is larger in some respect than all that was raised to, and asks for no files", () => {
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "1".repeat(10_000));
  const most: number[] = [];
  assertEquals([exceeds([], most), exceeds([0], most)], [false, true]);
  raise(most, [5, "abc", [1, 2]]);
  raise(most, [-7, "", [1]]);
  assertEquals(most, [7, 3, 2]);
  const larger = [[7, "abc", [1, 2]], [6], [8, "", []], [0, "abcd", []], [0, "", [1, 2, 3]], [0, "", [], 0]];
  assertEquals(larger.map((args) => exceeds(args, most)), [false, false, true, true, true, true]);
  raise(most, [0, path]);
  assertEquals(most[1], path.length);
  Deno.removeSync(path);
});

Deno.test("runFeatures() counts a run's arguments, the bytes of files among them, and the largest number", () => {
  const folder = Deno.makeTempDirSync();
  Deno.writeTextFileSync(`${folder}/a.txt`, "12345");
  Deno.writeTextFileSync(`${folder}/b.txt`, "123");
  assertEquals(runFeatures(["--level", "6", "a.txt", `${folder}/b.txt`, "none.txt", "2"], folder), [6, 8, 6]);
  assertEquals(runFeatures(["--level=6", "-i=a.txt", `--in=${folder}/b.txt`, "x=a.txt"], folder), [4, 8, 6]);
  assertEquals(runFeatures([], folder), [0, 0, 0]);
  Deno.removeSync(folder, { recursive: true });
});
