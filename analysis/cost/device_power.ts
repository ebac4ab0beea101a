import { POWER_TABLES, type PowerTable, type PowerUse } from "./power.ts";
import { namesIn, textAt } from "./system_files.ts";

/** Where a machine tells what it is; tests give other places. */
export interface DeviceSigns {
  /** The folder that stands for `/sys/class`. */
  readonly root: string;
  /** The file that stands for `/proc/device-tree/model`: boards and phones have one. */
  readonly model: string;
  readonly os: string;
}

const SIGNS: DeviceSigns = { root: "/sys/class", model: "/proc/device-tree/model", os: Deno.build.os };

/** SMBIOS chassis types (DSP0134, 7.4.1) of portable machines: portable, laptop, notebook, sub notebook, convertible, detachable. */
const PORTABLE = ["8", "9", "10", "14", "31", "32"];

/**
 * The kind of device that this is, a row of {@linkcode POWER_TABLES}: a phone by Android or by a battery beside a device
 * tree, a laptop by its chassis or its battery, a board by a device tree. A desktop is taken for a laptop with its screen
 * off: what computing adds is much the same.
 */
export function deviceKind({ root, model, os }: DeviceSigns = SIGNS): keyof typeof POWER_TABLES {
  if (os === "android") return "phone";
  if (os === "linux" && textAt(model) !== undefined) return hasBattery(root) ? "phone" : "board";
  return "laptop";
}

/**
 * How this device uses power while an app runs: by `measured` where its own meter was read, else by its kind. What has a
 * battery has its screen on while somebody waits for it.
 */
export function devicePower(measured?: PowerTable, signs: DeviceSigns = SIGNS): PowerUse {
  const kind = deviceKind(signs);
  const portable = kind === "phone" || PORTABLE.includes(textAt(`${signs.root}/dmi/id/chassis_type`) ?? "") ||
    hasBattery(signs.root);
  return {
    table: measured ?? POWER_TABLES[kind]!,
    screen: portable ? "on" : "off",
    network: "wifi",
    sleepsWhileAway: false,
  };
}

/** Not those of mice and keyboards. */
function hasBattery(root: string): boolean {
  const folder = `${root}/power_supply`;
  return namesIn(folder).some((name) =>
    textAt(`${folder}/${name}/type`) === "Battery" && textAt(`${folder}/${name}/scope`) !== "Device"
  );
}
