import type { PowerTable } from "../../analysis/mod.ts";

/** Where a home keeps what its machine was measured to draw. */
const NAME = "power.json";

/** What this machine was measured to draw (`partition --power live`); undefined if it never was. */
export function ownPower(home: string): PowerTable | undefined {
  try {
    const table = JSON.parse(Deno.readTextFileSync(`${home}/${NAME}`));
    const watts = [table.baseW, table.cpuW, table.screenW, table.sleepW];
    return watts.every((value) => typeof value === "number" && value >= 0) ? table : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it for later runs. */
export function keepOwnPower(home: string, table: PowerTable): void {
  Deno.writeTextFileSync(`${home}/${NAME}`, JSON.stringify(table), { mode: 0o600 });
}
