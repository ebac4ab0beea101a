import type { Conditions } from "../../runtime/mod.ts";

const SUPPLIES = "/sys/class/power_supply";

/** What powers this machine now; `unknown` where the system doesn't say (only Linux does, so far). */
export async function powerSupply(folder: string = SUPPLIES): Promise<Conditions["power"]> {
  let battery = false;
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const read = (file: string) =>
        Deno.readTextFile(`${folder}/${name}/${file}`).then((t) => t.trim(), () => "");
      const type = await read("type");
      if (/^(Mains|USB)/.test(type) && await read("online") === "1") return "mains";
      if (type === "Battery" && await read("scope") !== "Device") {
        if (/^(Charging|Full|Not charging)$/.test(await read("status"))) return "mains";
        battery = true;
      }
    }
  } catch {
    return "unknown";
  }
  return battery ? "battery" : "unknown";
}
