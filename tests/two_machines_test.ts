import assert from "node:assert/strict";
import { CpuQuota } from "../bench/cpu_quota.ts";
import type { Machine } from "./machine.ts";
import type { Running } from "./running.ts";
import { Lab } from "./two_machines.ts";

const unavailable = Lab.unavailable();

/** A test with a lab of its own, skipped with the reason if there can't be one or if `lacking` says why not. */
function labTest(name: string, fn: (lab: Lab) => Promise<void>, lacking = unavailable): void {
  Deno.test({
    name: lacking === undefined ? name : `${name} (skipped: ${lacking})`,
    ignore: lacking !== undefined,
    async fn() {
      await using lab = await Lab.create();
      await fn(lab);
    },
  });
}

function withoutStrace(): string | undefined {
  try {
    new Deno.Command("strace", { args: ["-V"] }).outputSync();
    return undefined;
  } catch {
    return "strace is not installed";
  }
}

const script = (machine: Machine, name: string, ...args: string[]) => [
  ...[machine.deno, "run", "-A", "--no-config", `${machine.project}/tests/testdata/${name}`],
  ...args,
];

async function startEcho(lab: Lab): Promise<{ server: Running; port: string }> {
  const server = lab.clone.spawn(script(lab.clone, "tcp_echo.ts"));
  const [, port] = await server.waitFor(/^(\d+)\n/);
  return { server, port: port! };
}

labTest("Lab joins the machines by TCP and by multicast", async (lab) => {
  const { port } = await startEcho(lab);
  const client = await lab.device.run(script(lab.device, "tcp_client.ts", lab.clone.ip, port, "5000"), {
    stdin: "hello",
  });
  assert.deepEqual(client, { code: 0, signal: null, stdout: "hello", stderr: "" });

  const answering = lab.clone.spawn(script(lab.clone, "multicast.ts", "answer"));
  await answering.waitFor(/joined/);
  const asking = await lab.device.run(script(lab.device, "multicast.ts", "ask"));
  assert.equal(asking.stdout, `joined\nanswered by ${lab.clone.ip}\n`);
  assert.equal((await answering.output()).stdout, `joined\nasked by ${lab.device.ip}\n`);
});

labTest("Lab hides one machine's files from the other and the host's from both", async (lab) => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/app.ts`, "console.log(await Deno.readTextFile('/tmp/data.txt'))");
  await lab.device.putDir(folder, "/mnt/device/apps/one");
  await lab.device.putFile("/tmp/data.txt", "42");
  const { stdout } = await lab.device.run([lab.device.deno, "run", "-A", "app.ts"], {
    cwd: "/mnt/device/apps/one",
  });
  assert.equal(stdout, "42\n");

  const project = new URL("../", import.meta.url).pathname;
  const elsewhere = [
    lab.device.project,
    lab.device.home,
    lab.device.denoDir,
    "/tmp/data.txt",
    `${project}deno.json`,
  ];
  for (const path of [...elsewhere, folder]) {
    assert.notEqual((await lab.clone.run(["ls", path])).code, 0, `the clone sees ${path}`);
  }
  assert.notEqual((await lab.device.run(["ls", folder])).code, 0);
  assert.equal((await lab.clone.run(["ls", "-A", lab.clone.home])).stdout, "");
  assert.equal((await lab.clone.run(["ls", `${lab.clone.project}/deno.json`])).code, 0);
  await Deno.remove(folder, { recursive: true });
});

for (const how of ["silent", "carrier"] as const) {
  labTest(
    `Lab.cut() by ${how} stops packets and Lab.restore() lets an open connection go on`,
    async (lab) => {
      const { port } = await startEcho(lab);
      const client = (ms: string) => script(lab.device, "tcp_client.ts", lab.clone.ip, port, ms);
      const open = lab.device.spawn(client("5000"), { stdin: "open" });
      const writer = open.stdin.getWriter();
      await writer.write(new TextEncoder().encode("before "));
      await open.waitFor(/before /);
      await lab.cut(how);
      assert.match((await lab.device.run(client("300"), { stdin: "x" })).stdout, /timeout|unreachable/i);
      await writer.write(new TextEncoder().encode("during "));
      await lab.restore();
      await open.waitFor(/before during /);
      await writer.close();
      assert.equal((await open.output()).code, 0);
    },
  );
}

labTest("Lab.shape() limits the bandwidth in each direction", async (lab) => {
  const { port } = await startEcho(lab);
  await lab.shape({ upMbit: 8, downMbit: 80 });
  const start = performance.now();
  const text = "x".repeat(1_000_000);
  const { stdout } = await lab.device.run(script(lab.device, "tcp_client.ts", lab.clone.ip, port, "5000"), {
    stdin: text,
  });
  assert.equal(stdout.length, text.length);
  const seconds = (performance.now() - start) / 1000;
  assert.ok(seconds > 0.9, `8 megabits over 8 Mbit/s took ${seconds} s`);
});

labTest("Machine.trace() lists the paths a command and its children use", async (lab) => {
  const trace = lab.clone.trace(["sh", "-c", "cat /etc/hostname; ls /no/such/folder"]);
  await trace.running.output();
  const paths = await trace.paths();
  assert.ok(paths.includes("/etc/hostname"));
  assert.ok(paths.includes("/no/such/folder"));
  assert.equal(paths.some((path) => path.startsWith(lab.device.base)), false);
}, unavailable ?? withoutStrace());

labTest(
  "Running.kill() and interrupt() reach the command, and processes() shows what is left",
  async (lab) => {
    const killed = lab.clone.spawn(["sh", "-c", "sleep 61 & echo up; wait"]);
    await killed.waitFor(/up/);
    await killed.kill("SIGKILL");
    assert.equal((await killed.status).signal, "SIGKILL");
    assert.deepEqual(lab.processes(), { device: [], clone: ["sleep 61"] });

    const interrupted = lab.device.spawn([
      "sh",
      "-c",
      "trap 'echo bye; exit 3' INT; echo up; sleep 62",
    ]);
    await interrupted.waitFor(/up/);
    await interrupted.interrupt();
    const { code, stdout } = await interrupted.output();
    assert.deepEqual({ code, stdout }, { code: 3, stdout: "up\nbye\n" });
  },
);

labTest("Machine.limitCpu() slows the machine's processes down", async (lab) => {
  lab.device.limitCpu(5);
  const calibration = `${lab.device.project}/bench/calibration.ts`;
  const { stdout } = await lab.device.run([lab.device.deno, "run", "--no-config", calibration]);
  // Other tests run at the same time and can make it slower still.
  assert.ok(Number(stdout) > 4 && Number(stdout) < 15, `${stdout} times slower, not 5`);
}, unavailable ?? CpuQuota.unavailable());

Deno.test({
  name: "Lab leaves nothing behind" + (unavailable === undefined ? "" : ` (skipped: ${unavailable})`),
  ignore: unavailable !== undefined,
  async fn() {
    const before = traces();
    await assert.rejects(async () => {
      await using lab = await Lab.create();
      lab.device.spawn(["sleep", "63"]);
      await lab.clone.spawn(["sh", "-c", "setsid sleep 63 & echo up; wait"]).waitFor(/up/);
      throw new Error("the test failed");
    }, /the test failed/);
    assert.deepEqual(traces(), before);
  },
});

/** What a lab could leave on the host. Other tests may run labs of their own at the same time. */
function traces(): Record<string, string> {
  const output = (program: string, ...args: string[]) =>
    new TextDecoder().decode(new Deno.Command(program, { args }).outputSync().stdout);
  const processes = output("ps", "-Ao", "stat=,args=").split("\n");
  return {
    mounts: Deno.readTextFileSync("/proc/self/mounts"),
    links: output("ip", "-o", "link").replaceAll(/ \d+:|qlen \d+/g, ""),
    namespaces: output("ip", "netns", "list"),
    sleepers: processes.filter((line) => !line.startsWith("Z") && line.includes("sleep 63")).join("\n"),
  };
}
