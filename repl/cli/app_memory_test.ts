import { deepStrictEqual } from "node:assert/strict";
import { AppMemory } from "./app_memory.ts";
import { findApp } from "./app.ts";

Deno.test("AppMemory keeps misses for one text of the code and one runtime", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "cc-memory-" });
  try {
    const main = `${folder}/main.ts`;
    Deno.writeTextFileSync(main, "export {};");
    const open = () => AppMemory.open(findApp(main), `${folder}/home`);
    const miss = { method: "main.ts#f", what: "Deno.Command", through: ["main.ts#f"] };
    await (await open()).addMisses([main], [miss]);
    deepStrictEqual(await (await open()).misses(), [miss]);
    // As an older runtime left it, which carried less.
    const notes = [...Deno.readDirSync(`${folder}/home/apps`)].map(({ name }) =>
      `${folder}/home/apps/${name}`
    );
    for (const path of notes) {
      const note = JSON.parse(Deno.readTextFileSync(path));
      Deno.writeTextFileSync(path, JSON.stringify({ ...note, carrying: "1.1.1" }));
    }
    deepStrictEqual(await (await open()).misses(), []);
    await (await open()).addMisses([main], [miss]);
    Deno.writeTextFileSync(main, "export {}; //");
    deepStrictEqual(await (await open()).misses(), []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("AppMemory keeps on what an app has ended at once, for one text of its main module", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "cc-memory-" });
  try {
    const main = `${folder}/main.ts`;
    Deno.writeTextFileSync(main, "export {};");
    const memory = await AppMemory.open(findApp(main), `${folder}/home`);
    deepStrictEqual(memory.brief(main), undefined);
    memory.addBrief(main, [1, 20, 0]);
    deepStrictEqual(memory.brief(main), [1, 20, 0]);
    Deno.writeTextFileSync(main, "export {}; //");
    deepStrictEqual(memory.brief(main), undefined);
    memory.addBrief(main, [1, 30, 0]);
    memory.dropBrief();
    deepStrictEqual(memory.brief(main), undefined);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
