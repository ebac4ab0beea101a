import assert from "node:assert/strict";
import { CpuQuota } from "./cpu_quota.ts";
import { type SlowDevice, slowDevice, type SlowDown } from "./slow_device.ts";

const WAYS: readonly SlowDown[] = ["quota", "duty cycle"];
const noQuota = CpuQuota.unavailable();

for (const how of WAYS) {
  const ignore = how === "quota" && noQuota !== undefined || Deno.build.os === "windows";
  const reason = ignore ? ` (${noQuota ?? "no process groups"})` : "";

  Deno.test({
    name: `slowDevice() by ${how} is as slow as asked for${reason}`,
    ignore,
    async fn() {
      await using device = slowDevice(4, { how });
      assert.equal(device.how, how);
      const measured = await device.measure();
      // Other tests run at the same time and can make it slower still.
      assert.ok(measured > 3.5 && measured < 12, `${measured} times slower, not 4`);
    },
  });

  Deno.test({
    name: `slowDevice() by ${how} changes its pace while things run on it${reason}`,
    ignore,
    async fn() {
      await using device = slowDevice(20, { how });
      device.setFactor(1);
      const started = performance.now();
      const fast = await device.measure();
      // Far more than what else runs on this machine makes of the first.
      device.setFactor(20);
      const slow = await device.measure();
      assert.ok(slow > 10 && slow > 1.5 * fast, `${fast} times slower, then ${slow}`);
      assert.ok(performance.now() - started < 60_000);
    },
  });

  Deno.test({
    name: `slowDevice() by ${how} ends the whole process group when it is disposed of${reason}`,
    ignore,
    async fn() {
      let group: number;
      {
        await using device = slowDevice(10, { how });
        group = await startTwo(device);
      }
      await gone(group);
    },
  });

  Deno.test({
    name: `slowDevice() by ${how} leaves no process when its owner is killed${reason}`,
    ignore,
    async fn() {
      const owner = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", new URL("testdata/slow_sleeper.ts", import.meta.url).href, how],
        stdout: "piped",
      }).spawn();
      const group = Number(await firstLine(owner.stdout));
      owner.kill("SIGKILL");
      await owner.status;
      await gone(group);
    },
  });
}

Deno.test({
  name: `CpuQuota leaves no group behind, even with processes in it${noQuota ? ` (${noQuota})` : ""}`,
  ignore: noQuota !== undefined,
  async fn() {
    let folder: string;
    let ended: Promise<Deno.CommandStatus>;
    {
      await using quota = new CpuQuota();
      quota.setFactor(100);
      folder = quota.folder;
      const [program, ...args] = quota.wrap(["sleep", "60"]);
      const child = new Deno.Command(program!, { args }).spawn();
      while (quota.pids().length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      ended = child.status;
    }
    await ended;
    assert.throws(() => Deno.statSync(folder), Deno.errors.NotFound);
  },
});

/** Starts a shell with a child of its own, and resolves to their group once both run. */
async function startTwo(device: SlowDevice): Promise<number> {
  const child = device.spawn(["sh", "-c", "sleep 60 & echo up; wait"], { stdout: "piped" });
  assert.equal(await firstLine(child.stdout), "up");
  return child.pid;
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (
    const chunk of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
  ) {
    text += chunk;
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0]!;
}

/** Resolves once all of a process group have ended; the kernel and the guard take their time. */
async function gone(group: number): Promise<void> {
  const deadline = Date.now() + 5_000;
  for (let states = statesOf(group); states.length > 0; states = statesOf(group)) {
    assert.ok(Date.now() < deadline, `process group ${group} is still there: ${states}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The states of a group's processes, less those which have ended and only wait to be noticed by their parent. */
function statesOf(group: number): string[] {
  const { stdout } = new Deno.Command("ps", { args: ["-Ao", "pgid=,stat="] }).outputSync();
  return new TextDecoder().decode(stdout).split("\n").map((line) => line.trim().split(/\s+/))
    .filter(([pgid, state]) => Number(pgid) === group && !state!.startsWith("Z")).map(([, state]) => state!);
}

Deno.test({
  name: `a peer on a slow device takes it for as slow as it is, while its apps compute too${
    noQuota ? ` (${noQuota})` : ""
  }`,
  ignore: noQuota !== undefined,
  async fn() {
    const command = [
      Deno.execPath(),
      ...["run", "-A", new URL("testdata/print_speed.ts", import.meta.url).href],
    ];
    const read = async (child: Deno.ChildProcess) =>
      Number(new TextDecoder().decode((await child.output()).stdout));
    const pipes = { stdout: "piped", stdin: "null" } as const;
    const atFull = () => read(new Deno.Command(command[0]!, { args: command.slice(1), ...pipes }).spawn());
    await using device = slowDevice(10, { how: "quota" });
    device.spawn([Deno.execPath(), "eval", "for (;;);"], { stdin: "null" });
    device.spawn([Deno.execPath(), "eval", "for (;;);"], { stdin: "null" });
    const factors: number[] = [];
    // By the stopwatch alone it would be thirty, or four on a busy machine. The machine itself may change its pace in between.
    const fits = (factor: number) => factor > 7 && factor < 14;
    while (factors.length < 4 && !factors.some(fits)) {
      factors.push(await atFull() / await read(device.spawn(command, pipes)));
    }
    assert.ok(factors.some(fits), `${factors} times slower, not 10`);
  },
});
