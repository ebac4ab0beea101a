import { deepStrictEqual } from "node:assert/strict";
import { type Power, readPower } from "./power.ts";

/** What `/sys/class/power_supply` holds on machines of different kinds. */
const MACHINES: readonly [string, Record<string, Record<string, string>>, Power][] = [
  ["a laptop on its battery", {
    AC: { type: "Mains", online: "0" },
    BAT0: { type: "Battery", present: "1", status: "Discharging", capacity: "57", energy_full: "47520000" },
    "hidpp_battery_0": { type: "Battery", scope: "Device", status: "Discharging", capacity: "5" },
  }, { source: "battery", batteryPercent: 57 }],
  ["the same, plugged in", {
    AC: { type: "Mains", online: "1" },
    BAT0: { type: "Battery", present: "1", status: "Charging", capacity: "58", energy_full: "47520000" },
  }, { source: "mains", batteryPercent: 58 }],
  ["a laptop with a large and a small battery, and an empty bay", {
    BAT0: { type: "Battery", present: "1", status: "Not charging", capacity: "20", energy_full: "20000000" },
    BAT1: { type: "Battery", present: "1", status: "Discharging", capacity: "80", energy_full: "60000000" },
    BAT2: { type: "Battery", present: "0", status: "Unknown", capacity: "0" },
  }, { source: "battery", batteryPercent: 65 }],
  ["a phone that charges and names no charger", {
    battery: { type: "Battery", present: "1", status: "Full", capacity: "100" },
  }, { source: "mains", batteryPercent: 100 }],
  ["a phone that charges by itself on a pad", {
    battery: { type: "Battery", present: "1", status: "Discharging", capacity: "91", charge_full: "4400000" },
    usb: { type: "USB_PD", online: "0" },
    wireless: { type: "Wireless", online: "1" },
  }, { source: "mains", batteryPercent: 91 }],
  ["a battery that says nothing", {
    BAT0: { type: "Battery", status: "Unknown" },
  }, { source: "battery" }],
  ["a server on mains only", { "ucsi-source-psy": { type: "USB", online: "0" } }, { source: "unknown" }],
];

for (const [name, supplies, power] of MACHINES) {
  Deno.test(`readPower() tells what powers ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      for (const [supply, files] of Object.entries(supplies)) {
        await Deno.mkdir(`${folder}/${supply}`);
        for (const [file, text] of Object.entries(files)) {
          await Deno.writeTextFile(`${folder}/${supply}/${file}`, `${text}\n`);
        }
      }
      deepStrictEqual(await readPower(folder), power);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("readPower() knows nothing where the system says nothing", async () => {
  deepStrictEqual(await readPower("/nowhere"), { source: "unknown" });
});
