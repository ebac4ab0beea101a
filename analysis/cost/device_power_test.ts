import { deepStrictEqual as assertEquals, equal } from "node:assert/strict";
import { deviceKind, devicePower } from "./device_power.ts";
import { POWER_TABLES } from "./power.ts";

/** What a machine shows, in a temporary folder that stands for `/`. */
function machine(files: Record<string, string>, os = "linux") {
  const folder = Deno.makeTempDirSync();
  for (const [path, content] of Object.entries(files)) {
    Deno.mkdirSync(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    Deno.writeTextFileSync(`${folder}/${path}`, content);
  }
  return {
    signs: { root: `${folder}/class`, model: `${folder}/tree/model`, os },
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

const BATTERY = { "class/power_supply/BAT0/type": "Battery\n" };
const MOUSE = { "class/power_supply/m/type": "Battery\n", "class/power_supply/m/scope": "Device\n" };
const PI = { "tree/model": "Raspberry Pi 4 Model B Rev 1.4\0" };

Deno.test("deviceKind() tells boards, phones and laptops apart by what the kernel shows", () => {
  const cases = [
    [PI, "linux", "board"],
    [{ ...PI, ...MOUSE }, "linux", "board"],
    [{ ...PI, ...BATTERY }, "linux", "phone"],
    [{}, "android", "phone"],
    [BATTERY, "linux", "laptop"],
    [{}, "darwin", "laptop"],
  ] as const;
  for (const [files, os, kind] of cases) {
    using it = machine(files, os);
    equal(deviceKind(it.signs), kind, JSON.stringify(files));
  }
});

Deno.test("devicePower() has the screen on where there is one to look at, and a measured table before the kind's", () => {
  using pi = machine(PI);
  assertEquals([devicePower(undefined, pi.signs).table, devicePower(undefined, pi.signs).screen], [
    POWER_TABLES.board,
    "off",
  ]);
  using laptop = machine({ "class/dmi/id/chassis_type": "10\n" });
  equal(devicePower(undefined, laptop.signs).screen, "on");
  using desktop = machine({ "class/dmi/id/chassis_type": "3\n" });
  equal(devicePower(undefined, desktop.signs).screen, "off");
  const own = { ...POWER_TABLES.laptop!, name: "this machine", baseW: 3 };
  equal(devicePower(own, laptop.signs).table, own);
});
