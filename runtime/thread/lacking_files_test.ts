import { deepEqual as equals } from "node:assert/strict";
import { LackingFiles } from "./lacking_files.ts";

Deno.test("LackingFiles.share falls with each file that arrives, once", () => {
  const files = new LackingFiles();
  equals(files.share, undefined);
  files.add("/empty", { bytes: 0, isThere: false });
  equals(files.share, undefined);
  files.add("/there", { bytes: 100, isThere: true });
  files.add("/long", { bytes: 200, isThere: false });
  files.add("/short", { bytes: 100, isThere: false });
  const shares = ["/there", "/else", "/long", "/long", "/short"].map((path) => {
    files.arrived(path);
    return files.share;
  });
  equals(shares, [0.75, 0.75, 0.25, 0.25, 0]);
});
