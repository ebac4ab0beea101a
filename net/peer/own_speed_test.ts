import { deepStrictEqual, equal } from "node:assert/strict";
import { type Home, openHome } from "../home/mod.ts";
import { OwnSpeed } from "./own_speed.ts";

/** Opens a home's speed; the machine becomes faster with each measurement. */
async function withHome(
  body: (home: Home, open: () => Promise<OwnSpeed>, measured: () => number) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const home = await openHome(folder);
    let count = 0;
    const measuring = { measure: () => 10 * ++count, pauseMs: 1 };
    await body(home, () => OwnSpeed.open(home, measuring), () => count);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("OwnSpeed is measured once where none is known, and by no later process that asks for it", () =>
  withHome(async (_home, open, measured) => {
    const first = await open();
    equal(measured(), 0);
    deepStrictEqual([first.unitsPerMs(), first.unitsPerMs()], [10, 10]);
    await first.close();
    const second = await open();
    equal(second.unitsPerMs(), 10);
    equal(measured(), 1);
    // Soon, but when nobody waits for it.
    for (let i = 0; i < 2_000 && measured() < 2; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    equal(second.unitsPerMs(), 20);
    await second.close();
    equal((await open()).unitsPerMs(), 20);
    equal(measured(), 2);
  }));

Deno.test("OwnSpeed.prepare() measures soon where none is known, and once", () =>
  withHome(async (_home, open, measured) => {
    const speed = await open();
    speed.prepare();
    equal(measured(), 0);
    for (let i = 0; i < 2_000 && measured() < 1; i++) await new Promise((resolve) => setTimeout(resolve, 5));
    equal(speed.unitsPerMs(), 10);
    speed.prepare();
    await new Promise((resolve) => setTimeout(resolve, 20));
    equal(measured(), 1);
    await speed.close();
  }));

Deno.test("OwnSpeed doesn't measure again once it is closed", () =>
  withHome(async (_home, open, measured) => {
    const first = await open();
    first.unitsPerMs();
    await first.close();
    const second = await open();
    second.unitsPerMs();
    await second.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    equal(measured(), 1);
  }));

for (
  const [what, kept] of Object.entries({
    "is a day old": { unitsPerMs: 7, at: Date.now() - 25 * 3_600_000 },
    "is of a clock that was set back": { unitsPerMs: 7, at: Date.now() + 3_600_000 },
    "makes no sense": { unitsPerMs: "fast", at: Date.now() },
  })
) {
  Deno.test(`OwnSpeed uses nothing that ${what}`, () =>
    withHome(async (home, open) => {
      await home.writeJson("speed.json", kept);
      const speed = await open();
      equal(speed.unitsPerMs(), 10);
      await speed.close();
    }));
}
