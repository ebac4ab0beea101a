import type { Conditions } from "../../runtime/mod.ts";

const SUPPLIES = "/sys/class/power_supply";

/** What powers a machine. */
export interface Power {
  readonly source: Conditions["power"];
  /** How full its batteries are together, 0 to 100; undefined if it has none, or the system doesn't say. */
  readonly batteryPercent?: number;
}

/** One supply, as Linux describes it in files of its own folder. */
type Supply = (file: string) => Promise<string>;

/** What powers this machine now; `unknown` where the system doesn't say (only Linux does, so far). */
export async function readPower(folder: string = SUPPLIES): Promise<Power> {
  const batteries: Supply[] = [];
  let isPlugged = false;
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const read = (file: string) =>
        Deno.readTextFile(`${folder}/${name}/${file}`).then((text) => text.trim(), () => "");
      const type = await read("type");
      if (/^(Mains|USB|Wireless)/.test(type) && await read("online") === "1") isPlugged = true;
      // A mouse's battery says that it is a device's.
      if (type === "Battery" && await read("scope") !== "Device" && await read("present") !== "0") {
        batteries.push(read);
      }
    }
  } catch {
    return { source: "unknown" };
  }
  const states = await Promise.all(batteries.map((read) => read("status")));
  // Where there are two, one rests while the other is used up.
  if (!states.includes("Discharging")) {
    isPlugged ||= states.some((state) => /^(Charging|Full|Not charging)$/.test(state));
  }
  const source = isPlugged ? "mains" : batteries.length > 0 ? "battery" : "unknown";
  const batteryPercent = await percentOf(batteries);
  return { source, ...(batteryPercent !== undefined && { batteryPercent }) };
}

/** What powers this machine now; as {@linkcode readPower}. */
export async function powerSupply(folder: string = SUPPLIES): Promise<Conditions["power"]> {
  return (await readPower(folder)).source;
}

/** A large battery counts for more than a small one. */
async function percentOf(batteries: readonly Supply[]): Promise<number | undefined> {
  let [sum, weights] = [0, 0];
  for (const read of batteries) {
    const text = await read("capacity");
    if (!/^\d{1,3}$/.test(text)) continue;
    const weight = Number(await read("energy_full") || await read("charge_full")) || 1;
    sum += weight * Math.min(100, Number(text));
    weights += weight;
  }
  return weights === 0 ? undefined : Math.round(sum / weights);
}
