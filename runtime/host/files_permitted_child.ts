/** Run by {@linkcode files_surroundings_test.ts} with permission to read one folder only, below the working directory. */
import { equal, throws } from "node:assert/strict";
import { Abandoned, Lab } from "./fake_device_test.ts";

const [root] = Deno.args as [string];
const lab = new Lab(root, `${root}/journals`);
equal(lab.deno.readTextFileSync(`${root}/data/in/x`), "x");
equal(lab.deno.statSync(`${root}/data`).isDirectory, true);
for (const path of ["other", "link/x", "data/out", "data/none/../../other", "."]) {
  throws(() => lab.deno.readTextFileSync(`${root}/${path}`), Abandoned, path);
  lab.begin();
}
console.log("ok");
