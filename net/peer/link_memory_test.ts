import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { openHome } from "../home/mod.ts";
import { MAX_REMEMBERED_LINKS } from "./constants.ts";
import { LinkMemory } from "./link_memory.ts";

const LINK = { rttMs: 7, upBytesPerSecond: 1e6, downBytesPerSecond: 2e6 };

Deno.test("LinkMemory keeps the latest links in its home, and forgets a peer's", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const home = await openHome(folder);
    const memory = await LinkMemory.open(home);
    equal(memory.recall("A at here"), undefined);
    for (let i = 0; i < MAX_REMEMBERED_LINKS; i++) memory.keep(`A at ${i}`, LINK);
    memory.keep("B at 0", { ...LINK, rttMs: 9 });
    equal(memory.recall("A at 0"), undefined);
    await memory.close();
    const again = await LinkMemory.open(home);
    deepStrictEqual(again.recall("B at 0")!.link, { ...LINK, rttMs: 9 });
    ok(again.recall("A at 1")!.ageMs >= 0);
    again.forget("A");
    await again.close();
    const left = await LinkMemory.open(home);
    deepStrictEqual([left.recall("A at 1"), left.recall("B at 0")!.link.rttMs], [undefined, 9]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("LinkMemory takes nothing from a file that is damaged, of the future or too old", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const home = await openHome(folder);
    const now = Date.now();
    const links = {
      good: { ...LINK, at: now - 60_000 },
      future: { ...LINK, at: now + 3_600_000 },
      old: { ...LINK, at: now - 100 * 24 * 3_600_000 },
      negative: { ...LINK, rttMs: -1, at: now },
      text: "x",
      nothing: null,
    };
    await home.writeJson("links.json", links);
    const memory = await LinkMemory.open(home);
    deepStrictEqual(Object.keys(links).filter((name) => memory.recall(name) !== undefined), ["good"]);
    await Deno.writeTextFile(`${folder}/links.json`, "{");
    equal((await LinkMemory.open(home)).recall("good"), undefined);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
