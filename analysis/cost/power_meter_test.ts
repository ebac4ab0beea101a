import { deepStrictEqual as assertEquals, equal, ok as assert, rejects } from "node:assert/strict";
import { POWER_TABLES } from "./power.ts";
import { measuredTable, powerMeter } from "./power_meter.ts";

/** A tree as the kernel's documentation of both classes shows it, in a temporary folder. */
function withTree(files: Record<string, string>, run: (root: string) => void | Promise<void>): Promise<void> {
  const root = Deno.makeTempDirSync();
  for (const [path, content] of Object.entries(files)) {
    Deno.mkdirSync(`${root}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    Deno.writeTextFileSync(`${root}/${path}`, `${content}\n`);
  }
  return Promise.resolve(run(root)).finally(() => Deno.removeSync(root, { recursive: true }));
}

const LAPTOP = {
  "power_supply/AC/type": "Mains",
  "power_supply/AC/online": "0",
  "power_supply/BAT0/type": "Battery",
  "power_supply/BAT0/status": "Discharging",
  "power_supply/BAT0/power_now": "8250000",
  "power_supply/BAT0/voltage_now": "11400000",
  "power_supply/hidpp_battery_0/type": "Battery",
  "power_supply/hidpp_battery_0/scope": "Device",
  "power_supply/hidpp_battery_0/status": "Discharging",
  "powercap/intel-rapl:0/name": "package-0",
  "powercap/intel-rapl:0/energy_uj": "262100000000",
  "powercap/intel-rapl:0/max_energy_range_uj": "262143328850",
  "powercap/intel-rapl:0:0/name": "core",
  "powercap/intel-rapl:0:0/energy_uj": "1",
  "powercap/intel-rapl:0:0/max_energy_range_uj": "262143328850",
};

Deno.test("powerMeter() adds up what the battery gives, the mean between two looks", () =>
  withTree(LAPTOP, (root) => {
    let ms = 0;
    const meter = powerMeter({ root, now: () => ms })!;
    equal(meter.source, "battery BAT0");
    equal(meter.joules(), 0);
    ms = 2000;
    equal(meter.joules(), 16.5);
    Deno.writeTextFileSync(`${root}/power_supply/BAT0/power_now`, "4250000");
    ms = 4000;
    equal(meter.joules(), 16.5 + 12.5);
  }));

Deno.test("powerMeter() takes current and voltage where a phone has no power_now, of either sign", () =>
  withTree({
    "power_supply/battery/type": "Battery",
    "power_supply/battery/status": "Discharging",
    "power_supply/battery/current_now": "-500000",
    "power_supply/battery/voltage_now": "3850000",
  }, (root) => {
    let ms = 0;
    const meter = powerMeter({ root, now: () => ms })!;
    ms = 1000;
    assert(Math.abs(meter.joules() - 1.925) < 1e-9);
  }));

Deno.test("powerMeter() takes the package's counter on mains, across its range, and not its parts", () =>
  withTree({ ...LAPTOP, "power_supply/BAT0/status": "Charging" }, (root) => {
    const meter = powerMeter({ root, now: () => 0 })!;
    equal(meter.source, "energy counters package-0");
    equal(meter.joules(), 0);
    Deno.writeTextFileSync(`${root}/powercap/intel-rapl:0/energy_uj`, "262110000000");
    equal(meter.joules(), 10);
    Deno.writeTextFileSync(`${root}/powercap/intel-rapl:0/energy_uj`, "6671150");
    equal(meter.joules(), 50);
  }));

Deno.test("powerMeter() finds nothing where there is none, or it may not be read", async () => {
  await withTree({ "power_supply/AC/type": "Mains" }, (root) => {
    equal(powerMeter({ root, now: () => 0 }), undefined);
  });
  equal(powerMeter({ root: "/no/such", now: () => 0 }), undefined);
});

Deno.test("measuredTable() gives idle and busy as measured, and refuses a meter that stands still", async () => {
  let joules = 0, ms = 0;
  const trial = {
    idle: () => Promise.resolve(void (joules += 3, ms += 1500)),
    busy: () => Promise.resolve(void (joules += 7.5, ms += 1500)),
    now: () => ms,
  };
  const table = await measuredTable({ source: "a test", joules: () => joules }, POWER_TABLES.laptop!, trial);
  assertEquals([table.baseW, table.cpuW, table.screenW], [2, 3, 0]);
  assertEquals(table.networkW, POWER_TABLES.laptop!.networkW);
  await rejects(
    measuredTable({ source: "a stopped one", joules: () => 4 }, POWER_TABLES.laptop!, trial),
    /a stopped one shows 0 W/,
  );
});
