import assert from "node:assert/strict";
import { dirname, resolve } from "node:path/posix";
import { absolutePath, folderOf } from "./plain_path.ts";

Deno.test("absolutePath() and folderOf() agree with node:path", () => {
  const paths = [
    "/",
    "/a",
    "/a/b",
    "/a/b/",
    "//a//b",
    "/..",
    "/a/../b/.",
    "/a/./../..",
    "/a/...",
    "/.a",
    "/a b/ü/\n",
  ];
  const relative = ["", ".", "..", "../..", "../../../x", "x/../y//", "./x", "...", "x y"];
  for (const folder of paths) {
    for (const path of [...paths, ...relative]) {
      assert.equal(absolutePath(folder, path), resolve(folder, path), `${folder} ${path}`);
    }
    const plain = resolve(folder);
    assert.equal(folderOf(plain), dirname(plain), plain);
  }
});
