/**
 * Power drawn by kinds of devices, for the energy model of §3.2: P maps (CPU, screen, network) to watts. These figures are
 * **modelled**: sums of published parts, not measured on the device at hand; each row says where its parts come from.
 */
export interface PowerTable {
  readonly name: string;
  /** The device awake with idle CPU, screen off, network idle, watts. */
  readonly baseW: number;
  /** One busy core adds. */
  readonly cpuW: number;
  /** The screen adds. */
  readonly screenW: number;
  /** Sending or receiving adds, by the kind of network. */
  readonly networkW: { readonly wifi: number; readonly cellular: number };
  /** The device asleep while it waits for the clone. */
  readonly sleepW: number;
  /** Where the figures come from, and what was assumed. */
  readonly source: string;
}

/** Device kinds that `--power` takes. */
export const POWER_TABLES: Readonly<Record<string, PowerTable>> = {
  g1: {
    name: "HTC Dream / G1, the paper's phone",
    baseW: 0.121,
    cpuW: 0.432,
    screenW: 0.612,
    networkW: { wifi: 0.71, cellular: 0.57 },
    sleepW: 0.01,
    source:
      "PowerTutor's model of the HTC Dream (Zhang et al., CODES+ISSS 2010): CPU on 121 mW, 4.32 mW per percent at " +
      "528 MHz, LCD 2.40 mW per step of 255, Wi-Fi high 710 mW, 3G DCH 570 mW; sleep from Carroll and Heiser (USENIX ATC " +
      "2010), who give suspended phones of that time tens of milliwatts at most",
  },
  phone: {
    name: "a phone of the 2020s",
    baseW: 0.25,
    cpuW: 1.8,
    screenW: 0.8,
    networkW: { wifi: 0.7, cellular: 1.2 },
    sleepW: 0.03,
    source:
      "assumed from the ranges that Android power profiles declare: one big core at its top step 300 to 600 mA at " +
      "3.85 V, screen at middle brightness about 200 mA, Wi-Fi active 150 to 250 mA, modem active 250 to 400 mA",
  },
  board: {
    name: "Raspberry Pi 4 (no screen)",
    baseW: 2.4,
    cpuW: 1.0,
    screenW: 0,
    networkW: { wifi: 0.7, cellular: 0.7 },
    sleepW: 2.4,
    source:
      "published USB-meter readings: idle 2.2 to 2.7 W, all four cores 6.4 W (a quarter of the difference a core), " +
      "Wi-Fi active 0.7 W; the board has no sleep state, so waiting costs what idling does",
  },
  laptop: {
    name: "a 13 to 15 inch laptop",
    baseW: 4,
    cpuW: 9,
    screenW: 3,
    networkW: { wifi: 1.2, cellular: 2 },
    sleepW: 0.5,
    source:
      "assumed: idle 4 W without the panel, one core at full turbo 8 to 12 W at the package, panel 2 to 4 W at middle " +
      "brightness, Wi-Fi card 1 to 1.5 W active",
  },
};

/** How the device is used while an app runs. */
export interface PowerUse {
  readonly table: PowerTable;
  readonly screen: "on" | "off";
  readonly network: "wifi" | "cellular";
  /** Whether the device sleeps while a thread is away (the paper's outlook in §6). */
  readonly sleepsWhileAway: boolean;
}

/** P(CPU, screen, network) in the three states that a partitioned run is in, watts (§3.2). */
export interface PowerLevels {
  /** CPU on, network idle: runs on the device. */
  readonly computeW: number;
  /** CPU idle, network idle: waits for the clone. */
  readonly waitW: number;
  /** CPU on, network on: migrates. */
  readonly migrateW: number;
}

/** The function P of §3.2 at the three states. */
export function powerLevels({ table, screen, network, sleepsWhileAway }: PowerUse): PowerLevels {
  const screenW = screen === "on" ? table.screenW : 0;
  const awake = table.baseW + screenW;
  return {
    computeW: awake + table.cpuW,
    waitW: sleepsWhileAway && screen === "off" ? table.sleepW : awake,
    migrateW: awake + table.cpuW + table.networkW[network],
  };
}
