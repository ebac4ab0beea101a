/** What a hostile guest can't do to its clone (SECURITY.md), and could if the one defence were missing. */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { Attack, hostileGuest } from "./security_fixtures.ts";
import { inThreeTries, Scene } from "./net_fixtures.ts";

const BEYOND_COMPUTING = [
  "read a file",
  "import a file",
  "write a file",
  "read the environment",
  "start a process",
  "open a native library",
  "listen",
  "connect",
  "ask for the machine's name",
] as const;

Deno.test("a guest has no files, environment, processes, native code, network or facts of its machine", async () => {
  await using scene = new Scene();
  const [guarded, open] = await Promise.all([
    Attack.begin(scene),
    Attack.begin(scene, { guestCommand: hostileGuest({ more: ["-A"] }) }),
  ]);
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  scene.onEnd(() => listener.close());
  (async () => {
    for await (const conn of listener) conn.close();
  })();
  for (const attack of BEYOND_COMPUTING) {
    const { port } = listener.addr as Deno.NetAddr;
    match(await guarded.try(attack, port), /NotCapable|Requires .* access/, attack);
    equal(await open.try(attack, port), "succeeded", attack);
  }
});

const adapter = await navigator.gpu?.requestAdapter();

Deno.test({
  name: "a guest uses the graphics processor only if its device is granted that" +
    (adapter ? "" : " (skipped: this machine has none)"),
  ignore: !adapter,
  async fn() {
    await using scene = new Scene();
    const pair = await scene.pair({ guestCommand: hostileGuest() });
    const granted = await Attack.again(scene, pair);
    equal(await granted.try("use the graphics processor"), "succeeded");
    await pair.clone.limit(pair.device.id, { gpu: false });
    match(await granted.answer(), /isn't granted the graphics processor any more/);
    match(await (await Attack.again(scene, pair)).try("use the graphics processor"), /there is none/);
  },
});

Deno.test("a guest can't load code that its device didn't send", async () => {
  await using scene = new Scene();
  const without = ["--no-remote", "--no-npm", "--cached-only"];
  const [guarded, open] = await Promise.all([
    Attack.begin(scene),
    Attack.begin(scene, { guestCommand: hostileGuest({ without }), without: ["private-cache"] }),
  ]);
  match(await guarded.try("import a package"), /--no-npm/);
  equal(await open.try("import a package"), "succeeded");
});

Deno.test("a guest leaves nothing on the clone's disk, for itself or for the next guest", async () => {
  await using scene = new Scene();
  const cache = await scene.home();
  const [guarded, open] = await Promise.all([
    Attack.begin(scene),
    Attack.begin(scene, {
      guestCommand: { ...hostileGuest(), env: { ...hostileGuest().env, DENO_DIR: cache } },
      without: ["private-cache"],
    }),
  ]);
  for (const attack of ["keep something for the next guest", "fill the disk with a cache"]) {
    match(await guarded.try(attack), /directory/, attack);
    equal(await open.try(attack), "succeeded", attack);
  }
});

Deno.test("what a guest writes to the clone's disk is limited, even to files that go with it", async () => {
  await using scene = new Scene();
  const without = ["idle-cpu"] as const;
  const [guarded, open] = [
    await Attack.begin(scene, { without }),
    await Attack.begin(scene, { without: [...without, "disk"] }),
  ];
  match(
    await guarded.end("fill the disk with temporary tables", 256),
    /wrote more than 128 MiB to the clone's disk/,
  );
  equal(await open.try("fill the disk with temporary tables", 256), "succeeded");
});

Deno.test("a guest's heap is limited", async () => {
  await using scene = new Scene();
  const [guarded, open] = await Promise.all([
    // A slow machine takes longer to fill it than a guest may compute for nobody.
    Attack.begin(scene, { guestCommand: hostileGuest({ heapMiB: 48 }), without: ["idle-cpu"] }),
    Attack.begin(scene, { guestCommand: hostileGuest({ heapMiB: 512 }), without: ["idle-cpu"] }),
  ]);
  match(await guarded.try("fill the heap", 128), /the guest is gone: it was killed/);
  equal(await open.try("fill the heap", 128), "succeeded");
});

Deno.test("a guest's memory outside of the heap is limited", async () => {
  await using scene = new Scene();
  const [guarded, open] = await Promise.all([
    Attack.begin(scene),
    Attack.begin(scene, { without: ["memory"] }),
  ]);
  const memory = async ({ clone, device }: Attack) => await clone.limit(device.id, { memoryMiB: 128 });
  await Promise.all([memory(guarded), memory(open)]);
  match(await guarded.end("fill memory", 256), /used more than the 128 MiB that this device is granted/);
  equal(await open.try("fill memory", 256), "succeeded");
  equal(await open.try("ask for the machine's name").then((said) => /NotCapable/.test(said)), true);
});

Deno.test("a guest can't take memory faster than the clone looks", async () => {
  await using scene = new Scene();
  const pair = await scene.pair({ guestCommand: hostileGuest(), without: ["memory"] });
  const other = await scene.pair({ guestCommand: hostileGuest(), without: ["memory", "kernel-limits"] });
  for (const { clone, device } of [pair, other]) await clone.limit(device.id, { memoryMiB: 128 });
  match(await (await Attack.again(scene, pair)).try("reserve memory", 1500), /allocation failed|is gone/);
  equal(await (await Attack.again(scene, other)).try("reserve memory", 1500), "succeeded");
});

Deno.test("all guests together have a share of the clone's memory; who uses most of it loses", async () => {
  await using scene = new Scene();
  const owner = { guestCommand: hostileGuest(), guestMemoryMiB: 420 };
  const one = await Attack.begin(scene, owner);
  const two = await Attack.again(scene, one);
  equal(await two.try("fill memory", 64), "succeeded");
  match(await one.end("fill memory", 480), /no memory left for it/);
  match(await two.try("listen"), /NotCapable/);
  const roomy = await Attack.begin(scene, { ...owner, guestMemoryMiB: 4096 });
  equal(await roomy.try("fill memory", 480), "succeeded");
});

Deno.test("a migration takes no longer than its device is granted, and a guest computes only during one", async () => {
  await using scene = new Scene();
  const long = await Attack.begin(scene);
  await long.clone.limit(long.device.id, { minutes: 0.02 });
  const idle = await Attack.begin(scene);
  const [longOff, idleOff] = [
    await Attack.begin(scene, { without: ["time"] }),
    await Attack.begin(scene, { without: ["idle-cpu"] }),
  ];
  await longOff.clone.limit(longOff.device.id, { minutes: 0.02 });
  await Promise.all([
    long.migrate(),
    longOff.migrate(),
    idle.try("go on computing"),
    idleOff.try("go on computing"),
  ]);
  deepStrictEqual(
    (await Promise.all([long.answer(), idle.answer()])).map((reason) => reason.replace(/0\.02/, "N")),
    [
      "its migration took longer than the N minutes that this device is granted",
      "its guest computed without a migration",
    ],
  );
  for (const { clone } of [longOff, idleOff]) equal(clone.status().guests.length, 1);
});

for (const [without, wanted] of [[[], "ends"], [["away"], "lives"]] as const) {
  Deno.test(`a device can't set its migration's clock back by sending another thread: the session ${wanted}${without.length > 0 ? " without that" : ""}`, () =>
    inThreeTries(async () => {
      await using scene = new Scene();
      const attack = await Attack.begin(scene, { without });
      await attack.clone.limit(attack.device.id, { minutes: 0.04 });
      await attack.migrate();
      if (wanted === "ends") {
        await attack.migrate();
        return match(await attack.answer(), /another one of this session is here/);
      }
      // Longer than it is granted.
      for (let i = 0; i < 10; i++) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        await attack.migrate();
      }
      equal(attack.clone.status().guests.length, 1);
    }));
}

/** CPU time of a process, milliseconds. */
function cpuMs(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

for (const [without, wanted] of [[[], "shared"], [["turns"], "taken"]] as const) {
  Deno.test(`a device with many guests doesn't take the cores from another: they are ${wanted} ${without.length > 0 ? "without turns" : "in turns"}`, () =>
    inThreeTries(async () => {
      await using scene = new Scene();
      const greedy = await scene.peer({ serve: false });
      const modest = await scene.peer({ serve: false });
      const clone = await scene.peer({
        trust: [greedy.id, modest.id],
        guestCommand: hostileGuest(),
        without,
      });
      const attacks = [await Attack.again(scene, { device: modest, clone })];
      for (let i = 0; i < 2 * navigator.hardwareConcurrency; i++) {
        attacks.push(await Attack.again(scene, { device: greedy, clone }));
      }
      for (const attack of attacks) await attack.migrate();
      const use = (device: string) =>
        clone.status().guests.filter((guest) => guest.device === device).reduce(
          (sum, { pid }) => sum + cpuMs(pid),
          0,
        );
      const before = [use(greedy.id), use(modest.id)] as const;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const ratio = (use(modest.id) - before[1]) / (use(greedy.id) - before[0]);
      const fair = 1 / (navigator.hardwareConcurrency - 1 || 1);
      ok(
        wanted === "shared" ? ratio > 0.5 * fair : ratio < 0.5 * fair,
        `${ratio} of the other's, ${fair} would be fair`,
      );
    }));
}

Deno.test("what a guest writes to its log is bounded", async () => {
  const logged = async (without: readonly "log-size"[]) => {
    await using scene = new Scene();
    let bytes = 0;
    const attack = await Attack.begin(scene, { without, log: (line) => void (bytes += line.length) });
    equal(await attack.try("flood the log"), "succeeded");
    match(await attack.try("listen"), /NotCapable/);
    for (let i = 0; i < 100 && bytes < 400_000; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    return bytes;
  };
  const bytes = await logged([]);
  ok(bytes > 10_000 && bytes < 100_000, `${bytes} bytes of log`);
  const unbounded = await logged(["log-size"]);
  ok(unbounded > 300_000, `${unbounded} bytes of log without the limit`);
});
