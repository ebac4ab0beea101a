import { connectLocal, type PeerStatus } from "../../net/mod.ts";
import type { Command } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";

/** `status`: what the running peer does. */
export const status: Command = {
  summary: "Shows what the running peer does: addresses, guests, apps and their links.",
  positionals: "",
  options: { ...HOME_OPTION, json: { type: "boolean", help: "print JSON" } },
  async run(parsed) {
    const home = await homeOf(parsed);
    const client = await connectLocal(home);
    if (client === undefined) {
      if (parsed.values.json) console.log(JSON.stringify({ running: false }));
      else console.error(`clonecloud: no peer runs for ${home.folder}; start one with \`peer\``);
      return 1;
    }
    const { ok: _ok, ...answer } = await client.request({ op: "status" });
    if (parsed.values.json) console.log(JSON.stringify({ running: true, ...answer }, null, 2));
    else print(answer as unknown as PeerStatus);
    return 0;
  },
};

function print(status: PeerStatus): void {
  console.log(`${status.name} (${status.peer})`);
  for (const address of status.addresses) console.log(`  listens on ${address}`);
  console.log(`  guests: ${status.guests.length} of ${status.maxGuests}`);
  for (const { device, app, pid } of status.guests) console.log(`    ${app} of ${device}, process ${pid}`);
  console.log(`  apps of this device: ${status.apps.length}`);
  for (const { app, clone, why, conditions } of status.apps) {
    const { rttMs, upBytesPerSecond, downBytesPerSecond, cloneSpeed } = conditions;
    const mbit = (bytes: number) => (bytes * 8 / 1e6).toFixed(1);
    console.log(
      `    ${app} on ${clone.name}: ${rttMs.toFixed(1)} ms, ${mbit(upBytesPerSecond)} Mbit/s up, ${
        mbit(downBytesPerSecond)
      } down, ${cloneSpeed.toFixed(1)} times as fast`,
    );
    console.log(`      chosen: ${why}`);
  }
  if (status.page !== undefined) console.log(`  its page, for you only: ${status.page}`);
  console.log(`  kept for other devices: ${(status.storeBytes / 2 ** 20).toFixed(1)} MiB`);
}
