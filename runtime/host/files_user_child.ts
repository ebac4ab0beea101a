/** Run by {@linkcode files_surroundings_test.ts} as another user: compares what migrated code's calls give with Deno's own. */
import { equal, throws } from "node:assert/strict";
import { Abandoned, Lab } from "./fake_device_test.ts";

const [root, base] = Deno.args as [string, string];
const lab = new Lab(root, `${base}/own-journals`);

/** The same answer as Deno's, or none. */
function compare(what: string, perform: (api: typeof Deno) => unknown): void {
  const real = shown(() => perform(Deno));
  const here = shown(() => perform(lab.deno));
  if (here === "abandoned") return lab.begin();
  equal(here, real, what);
}

function shown(perform: () => unknown): string {
  try {
    return JSON.stringify(perform()) ?? "undefined";
  } catch (error) {
    if (error instanceof Abandoned) return "abandoned";
    return `${(error as Error).name} ${(error as Error).message}`;
  }
}

compare("public", (api) => api.readTextFileSync(`${root}/public`));
compare("theirs", (api) => api.readTextFileSync(`${root}/theirs`));
compare("in a closed folder", (api) => api.readTextFileSync(`${root}/closed/x`));
compare("a closed folder", (api) => [...api.readDirSync(`${root}/closed`)]);
compare("stat in a closed folder", (api) => api.statSync(`${root}/closed/x`).size);
compare("list", (api) => [...api.readDirSync(root)].map(({ name }) => name).sort());

// What may not be written isn't, and never silently.
for (
  const use of [
    () => lab.deno.writeTextFileSync(`${root}/new`, "x"),
    () => lab.deno.writeTextFileSync(`${root}/public`, "x"),
    () => lab.deno.removeSync(`${root}/public`),
    () => lab.deno.chmodSync(`${root}/public`, 0o666),
    () => lab.deno.writeTextFileSync(`${root}/closed/x`, "x"),
  ]
) {
  throws(use);
  lab.begin();
}

lab.deno.writeTextFileSync(`${root}/own/new`, "new");
lab.merge()!.keep();
console.log("ok");
