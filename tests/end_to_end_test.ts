/** A program's whole way on two machines: a device that has the app, and a clone that has nothing of it. */
import assert from "node:assert/strict";
import type { AppOutput, LabPeer } from "./lab_app.ts";
import { LabApp, METHODS, pairMachines, startLabPeer } from "./lab_app.ts";
import type { Trace } from "./trace.ts";
import { Lab } from "./two_machines.ts";

const unavailable = Lab.unavailable();

/** A test with a lab of its own, skipped with the reason if there can't be one. */
function labTest(name: string, fn: (lab: Lab, t: Deno.TestContext) => Promise<void>): void {
  Deno.test({
    name: unavailable === undefined ? name : `${name} (skipped: ${unavailable})`,
    ignore: unavailable !== undefined,
    async fn(t) {
      await using lab = await Lab.create();
      await fn(lab, t);
    },
  });
}

/** What a run leaves for the person who started it. */
function left({ code, stdout, report }: AppOutput) {
  return { code, stdout, report };
}

labTest("run finds the paired laptop by itself and leaves what plain Deno leaves", async (lab, t) => {
  const home = `${lab.device.home}/clonecloud`;
  const app = await LabApp.put(lab.device, { options: ["--home", home], rounds: 200_000_000 });
  let trace: Trace | undefined;
  const clone = await startLabPeer(lab.clone, [], (command) => (trace = lab.clone.trace(command)).running);
  await pairMachines(lab, clone, home);
  const plain = await app.plain();
  const served: number[] = [];

  await t.step("once", async () => {
    const run = app.run();
    await run.happened("resume", "digest");
    served.push(await busyGuest(lab));
    const output = await run.output();
    assert.deepEqual(left(output), left(plain));
    const merged = (await run.events()).filter(({ event }) => event === "merge").map(({ method }) => method);
    assert.deepEqual([...new Set(merged)].sort(), [...METHODS].sort(), output.stderr);
    const [, ticks] = /ticks (\d+)/.exec(output.stderr) ?? [];
    assert.ok(Number(ticks) > 0, `the device's timer stood still: ${output.stderr}`);
  });

  await t.step("again, in another guest", async () => {
    const run = app.run();
    await run.happened("resume", "digest");
    const guest = await busyGuest(lab);
    assert.deepEqual(left(await run.output()), left(plain));
    assert.equal(served.includes(guest), false, "a guest served two sessions");
  });

  await t.step("without a path of the device in the clone's system calls", async () => {
    const paths = await trace!.paths();
    assert.ok(paths.some((path) => path.includes("clonecloud-guest-")), "no guest was traced");
    assert.deepEqual(paths.filter((path) => path.startsWith(lab.device.base)), []);
  });
});

/** The guest that serves a session now: the oldest, as the next one is started when that begins. @throws {Error} if it doesn't compute. */
async function busyGuest(lab: Lab): Promise<number> {
  const guests = lab.clone.processes().filter(({ command }) => command.includes("guest_entry.ts"))
    .map(({ pid }) => ({ pid, ...timesOf(pid) })).sort((a, b) => a.started - b.started);
  const oldest = guests[0];
  for (let i = 0; i < 100 && oldest !== undefined; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (timesOf(oldest.pid).cpuMs > oldest.cpuMs + 30) return oldest.pid;
  }
  throw new Error(`Cannot find a guest that computes: ${JSON.stringify(guests)}`);
}

/** When a process was started, in ticks of its machine's clock, and how long it has computed. */
function timesOf(pid: number): { readonly started: number; readonly cpuMs: number } {
  try {
    const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
    return { started: Number(fields[19]), cpuMs: (Number(fields[11]) + Number(fields[12])) * 10 };
  } catch {
    return { started: Infinity, cpuMs: 0 }; // it has ended
  }
}

/** As when a laptop goes from one WiFi to another: connections from the old address are dead, and nobody says so. */
async function changeAddress({ device, clone }: Lab): Promise<void> {
  await device.network("ip", "addr", "flush", "dev", "eth0");
  await device.network("ip", "addr", "add", "10.90.0.7/24", "dev", "eth0");
  await device.network("ip", "route", "replace", "default", "via", clone.ip);
  await device.network("ip", "route", "replace", "224.0.0.0/4", "dev", "eth0");
}

labTest(
  "an app whose clone is lost in the middle of a method ends as if it had run there",
  async (lab, t) => {
    const home = `${lab.device.home}/clonecloud`;
    const app = await LabApp.put(lab.device, { options: ["--home", home], rounds: 600_000_000 });
    let clone: LabPeer = await startLabPeer(lab.clone);
    await pairMachines(lab, clone, home);
    const plain = await app.plain();

    const losses: Record<string, () => Promise<void>> = {
      "the guest is killed": async () => Deno.kill(await busyGuest(lab), "SIGKILL"),
      "the clone's peer is killed": () => clone.running.kill("SIGKILL"),
      "the clone's peer hangs": () => clone.running.kill("SIGSTOP"),
      // The step after it finds the clone over the new address.
      "the device's address changes": () => changeAddress(lab),
      "the link is cut": () => lab.cut(),
    };
    for (const [name, lose] of Object.entries(losses)) {
      await t.step(name, async () => {
        const run = app.run();
        await run.happened("resume", "digest");
        await lose();
        const lost = performance.now();
        await run.happened("abandon", "digest");
        const noticedMs = performance.now() - lost;
        const output = await run.output();
        await clone.running[Symbol.asyncDispose]();
        if (name !== "the link is cut") clone = await startLabPeer(lab.clone);
        assert.deepEqual(left(output), left(plain));
        // From then on it does what it does without a clone.
        assert.ok(noticedMs < 5000, `it took ${noticedMs} ms to notice`);
      });
    }

    await t.step("no clone in reach from the start", async () => {
      const output = await app.run().output();
      assert.deepEqual(left(output), left(plain));
    });
  },
);
