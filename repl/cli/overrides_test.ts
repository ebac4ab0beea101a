import { deepStrictEqual as assertEquals, notStrictEqual, throws as assertThrows } from "node:assert/strict";
import { hashFiles } from "./app_memory.ts";
import { overridesFor } from "./overrides.ts";

Deno.test("what was learnt of an app is for one text of its overrides, and for none if there are none", async () => {
  const root = Deno.makeTempDirSync();
  try {
    const [app, file] = [`${root}/app.ts`, `${root}/clonecloud.json`];
    Deno.writeTextFileSync(app, "1;");
    assertEquals(overridesFor(root), undefined);
    const hashes = [await hashFiles([app, file])];
    for (const reason of ["one", "two"]) {
      Deno.writeTextFileSync(file, JSON.stringify({ pin: { "app.ts#f": reason } }));
      assertEquals(overridesFor(root)?.pin.get("app.ts#f"), reason);
      hashes.push(await hashFiles([app, file]));
    }
    assertEquals(new Set(hashes).size, 3);
    for (const hash of hashes) notStrictEqual(hash, undefined);
    Deno.writeTextFileSync(file, "{");
    assertThrows(() => overridesFor(root), /^TypeError: clonecloud\.json: no JSON/);
    Deno.removeSync(app);
    assertEquals(await hashFiles([app, file]), undefined);
    assertThrows(() => overridesFor(root, `${root}/none.json`), /Cannot read .*none\.json/);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
