import type { PowerTable } from "./power.ts";
import { namesIn, textAt } from "./system_files.ts";

/** Tells what a machine draws now. */
export interface PowerMeter {
  /** For people: where the figures come from. */
  readonly source: string;
  /** Joules drawn since some moment; only differences mean something. */
  joules(): number;
}

/** What a meter is read with; tests give other ones. */
export interface MeterSystem {
  /** The folder that stands for `/sys/class`. */
  readonly root: string;
  /** Milliseconds of any clock. */
  readonly now: () => number;
}

const SYSTEM: MeterSystem = { root: "/sys/class", now: () => performance.now() };

/**
 * The machine's own meter: its battery while it is discharged (it sees everything, screen and network too), else the
 * processor's energy counters (package, or the whole platform where there is `psys`). Undefined where there is neither,
 * or its files can't be read (the counters are often root's only).
 */
export function powerMeter(system: MeterSystem = SYSTEM): PowerMeter | undefined {
  return batteryMeter(system) ?? counterMeter(system);
}

/** Kernel: Documentation/ABI/testing/sysfs-class-power. Power in µW, or current in µA and voltage in µV; some give it negative. */
function batteryMeter({ root, now }: MeterSystem): PowerMeter | undefined {
  const folder = `${root}/power_supply`;
  for (const name of namesIn(folder)) {
    const read = (file: string) => textAt(`${folder}/${name}/${file}`);
    if (read("type") !== "Battery" || read("scope") === "Device" || read("status") !== "Discharging") {
      continue;
    }
    const watts = () => {
      const power = Number(read("power_now") ?? NaN);
      const product = Number(read("current_now") ?? NaN) * Number(read("voltage_now") ?? NaN) / 1e6;
      return Math.abs(Number.isFinite(power) && power !== 0 ? power : product) / 1e6;
    };
    if (!(watts() > 0)) continue;
    let joules = 0, atMs = now(), before = watts();
    return {
      source: `battery ${name}`,
      joules() {
        const present = watts(), at = now();
        if (present > 0) {
          joules += (before + present) / 2 * (at - atMs) / 1000;
          before = present;
        }
        atMs = at;
        return joules;
      },
    };
  }
  return undefined;
}

/** Kernel: Documentation/ABI/testing/sysfs-class-powercap. Counters in µJ that begin again at their range. */
function counterMeter({ root }: MeterSystem): PowerMeter | undefined {
  const folder = `${root}/powercap`;
  const zones = namesIn(folder).flatMap((zone) => {
    // Zones within a zone are part of it.
    if (!/^[a-z-]+:\d+$/.test(zone)) return [];
    const path = `${folder}/${zone}`;
    const start = Number(textAt(`${path}/energy_uj`) ?? NaN);
    const range = Number(textAt(`${path}/max_energy_range_uj`) ?? NaN);
    return Number.isFinite(start) && range > 0
      ? [{ path, name: textAt(`${path}/name`) ?? zone, start, range }]
      : [];
  });
  const platform = zones.filter(({ name }) => name === "psys");
  const used = platform.length > 0 ? platform : zones.filter(({ name }) => name.startsWith("package"));
  if (used.length === 0) return undefined;
  const counters = used.map(({ path, range, start }) => ({ path, range, last: start, sum: 0 }));
  return {
    source: `energy counters ${used.map(({ name }) => name).join(", ")}`,
    joules() {
      for (const counter of counters) {
        const present = Number(textAt(`${counter.path}/energy_uj`) ?? NaN);
        if (!Number.isFinite(present)) continue;
        counter.sum += present >= counter.last
          ? present - counter.last
          : present + counter.range - counter.last;
        counter.last = present;
      }
      return counters.reduce((sum, counter) => sum + counter.sum, 0) / 1e6;
    },
  };
}

/** How a machine is measured: what it does for a while, and then what it draws. */
export interface PowerTrial {
  /** Does nothing for a while; resolves when it has. */
  readonly idle: () => Promise<void>;
  /** Keeps one core busy as long. */
  readonly busy: () => Promise<void>;
  readonly now: () => number;
}

/**
 * A power table of this machine: idle and busy as measured, the screen as it is now (it is in what was measured), and the
 * network as in `usual`. @throws {RangeError} if the meter shows nothing.
 */
export async function measuredTable(
  meter: PowerMeter,
  usual: PowerTable,
  trial: PowerTrial,
): Promise<PowerTable> {
  const watts = async (work: () => Promise<void>) => {
    const [joules, atMs] = [meter.joules(), trial.now()];
    await work();
    return (meter.joules() - joules) / ((trial.now() - atMs) / 1000);
  };
  const idleW = await watts(trial.idle);
  const busyW = await watts(trial.busy);
  if (!(idleW > 0 && busyW > 0)) {
    throw new RangeError(`Cannot measure power: ${meter.source} shows ${idleW} W idle, ${busyW} W busy`);
  }
  return {
    ...usual,
    name: "this machine",
    baseW: idleW,
    cpuW: Math.max(0, busyW - idleW),
    screenW: 0,
    source:
      `measured by ${meter.source} (idle and one busy core, screen as it was); network from: ${usual.source}`,
  };
}
