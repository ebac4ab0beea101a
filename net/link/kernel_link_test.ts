/** The meter on a link that the kernel shapes: a token bucket lets the first 32 kB through at once. */
import { ok } from "node:assert/strict";
import { startLabPeer } from "../../tests/lab_app.ts";
import { inThreeTries } from "../../tests/net_fixtures.ts";
import type { Running } from "../../tests/running.ts";
import { Lab, type LinkShape } from "../../tests/two_machines.ts";

const unavailable = Lab.unavailable();

/** Links that become the next one each; the first is met as another than what is remembered from the second round on. */
const SHAPES: readonly LinkShape[] = [
  { upMbit: 20, downMbit: 30 },
  { upMbit: 5, downMbit: 10 },
  { upMbit: 1, downMbit: 2 },
  { upMbit: 30, downMbit: 50 },
];
const WITHIN_MS = 5_000;

/** Resolves once what was measured last is within a share of the truth. @throws {Error} when it isn't in time. */
async function near(watcher: Running, { upMbit, downMbit }: LinkShape, share: number): Promise<void> {
  const isNear = (measured: number, mbit: number) => Math.abs(measured * 8e-6 / mbit - 1) <= share;
  const end = performance.now() + WITHIN_MS;
  for (;;) {
    const last = watcher.stdout.split("\n").at(-2)!;
    const { upBytesPerSecond, downBytesPerSecond } = JSON.parse(last);
    if (isNear(upBytesPerSecond, upMbit) && isNear(downBytesPerSecond, downMbit)) return;
    ok(performance.now() < end, `${last} after ${WITHIN_MS} ms, not ${upMbit} and ${downMbit} Mbit/s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test({
  name:
    "LinkMeter knows a link with a token bucket within 15 % after 5 s, and a changed one within 30 % 5 s later" +
    (unavailable === undefined ? "" : ` (skipped: ${unavailable})`),
  ignore: unavailable !== undefined,
  async fn() {
    await using lab = await Lab.create({ npmCache: { clone: true } });
    const { device, clone } = lab;
    const home = `${device.home}/peer`;
    const id = await device.run([device.deno, "run", "-A", `${device.project}/mod.ts`, "id", "--home", home]);
    const options = ["--trust", id.stdout.trim(), "--no-mdns", "--no-dashboard"];
    const { address } = await startLabPeer(clone, options);
    await inThreeTries(async () => {
      await lab.shape(SHAPES[0]);
      const script = `${device.project}/tests/link_watcher.ts`;
      await using watcher = device.spawn([device.deno, "run", "-A", script, address, home]);
      await watcher.waitFor(/\n/);
      await near(watcher, SHAPES[0]!, 0.15);
      for (const shape of SHAPES.slice(1)) {
        await lab.shape(shape);
        await near(watcher, shape, 0.3);
      }
    });
  },
});
