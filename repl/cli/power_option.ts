import {
  deviceKind,
  devicePower,
  measuredTable,
  POWER_TABLES,
  powerMeter,
  type PowerTable,
  type PowerUse,
} from "../../analysis/mod.ts";
import { oneOf, type Parsed, UsageError } from "./command.ts";
import { keepOwnPower, ownPower } from "./own_power.ts";
import { homeOf } from "./profile.ts";

/** How long a machine is measured idle, and busy: batteries bring their figures up to date every few seconds. */
const METER_MS = 5000;

/** How the device uses power, as `--power` and `--screen` say; else what it is. @throws {UsageError} for a kind that there isn't. */
export async function powerOf(values: Parsed["values"]): Promise<PowerUse> {
  const own = devicePower(ownPower(homeOf(values)));
  const kind = values.power === undefined ? undefined : String(values.power);
  const table = kind === undefined ? own.table : await tableOf(kind, homeOf(values));
  const usual = kind === undefined ? own.screen : "off";
  const screen = oneOf(values.screen ?? usual, ["on", "off"] as const, "--screen");
  return { table, screen, network: "wifi", sleepsWhileAway: false };
}

async function tableOf(kind: string, home: string): Promise<PowerTable> {
  if (kind === "live") return await livePower(home);
  if (Object.hasOwn(POWER_TABLES, kind)) return POWER_TABLES[kind]!;
  throw new UsageError(`no power table "${kind}": ${Object.keys(POWER_TABLES).join(", ")}, live`);
}

/** What this machine draws, idle and busy, by its own meter; takes some seconds, and is kept for later runs. */
async function livePower(home: string): Promise<PowerTable> {
  const meter = powerMeter();
  if (meter === undefined) {
    throw new UsageError(
      "--power live: this machine has no meter that can be read (a battery in use, or energy counters)",
    );
  }
  const table = await measuredTable(meter, POWER_TABLES[deviceKind()]!, {
    now: () => performance.now(),
    idle: () => new Promise((resolve) => setTimeout(resolve, METER_MS)),
    async busy() {
      const until = performance.now() + METER_MS;
      // A pause now and then lets the battery's own figures be read on the way.
      while (performance.now() < until) {
        for (const stop = performance.now() + 100; performance.now() < stop;);
        meter.joules();
        await new Promise((resolve) => setTimeout(resolve));
      }
    },
  });
  keepOwnPower(home, table);
  return table;
}
