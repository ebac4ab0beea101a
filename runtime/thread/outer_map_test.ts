import { deepEqual, equal } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { withOuterMap } from "./outer_map.ts";

function sourcesOf(text: string): string[] {
  return JSON.parse(atob(text.slice(text.lastIndexOf(",") + 1))).sources;
}

Deno.test("withOuterMap() names a package's sources only if they are there", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const [home, dist] = [`${folder}/node_modules/p`, `${folder}/node_modules/p/dist`];
    Deno.mkdirSync(dist, { recursive: true });
    Deno.writeTextFileSync(`${home}/there.ts`, "");
    const sources = ["gone.ts", "there.ts", "https://host/x.ts"];
    const map = JSON.stringify({ version: 3, sourceRoot: "..", sources, names: [], mappings: "AAAA" });
    Deno.writeTextFileSync(`${dist}/m.js.map`, map);
    Deno.writeTextFileSync(`${folder}/m.js.map`, map);
    const text = "export {};\n//# sourceMappingURL=m.js.map\n";
    const url = pathToFileURL(`${dist}/m.js`).href;
    const there = pathToFileURL(`${home}/there.ts`).href;
    deepEqual(sourcesOf(withOuterMap(text, url)), [url, there, "https://host/x.ts"]);
    const own = pathToFileURL(`${folder}/m.js`).href;
    deepEqual(sourcesOf(withOuterMap(text, own))[0], new URL("../gone.ts", own).href);
    equal(withOuterMap(text, `${url}/../none/m.js`), text);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
