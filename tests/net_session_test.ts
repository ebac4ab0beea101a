import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { memory } from "@libp2p/memory";
import { attachPeer, openHome, type Peer, peerIdOf, spawnClone } from "../net/mod.ts";
import { encodeJsonFrame, SESSION_VERSION } from "../runtime/mod.ts";
import { DEVICE_SILENCE_MS, startersOf } from "../net/peer/constants.ts";
import type { Defence } from "../net/peer/options.ts";
import { guestFolders } from "../net/peer/stale_guests.ts";
import { App, ECHO_GUEST, inThreeTries, Scene } from "./net_fixtures.ts";
import { Proxy } from "./net_proxy.ts";
import { Attack } from "./security_fixtures.ts";

const ECHO = 16, FETCH = 17, EXIT = 18, SPIN = 19, RAW = 20;
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

/** An app with an open session. */
async function session(
  scene: Scene,
  { device, clone }: { device: Peer; clone: Peer },
  more = {},
): Promise<App> {
  const app = await scene.app(device, { clones: clone.addresses(), ...more });
  const reply = await app.message();
  equal(reply.ok, true, JSON.stringify(reply));
  return app;
}

async function echoes(app: App, bytes: number): Promise<void> {
  const payload = crypto.getRandomValues(new Uint8Array(65_536)).slice(0, bytes);
  const whole = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += payload.length) whole.set(payload.subarray(0, bytes - at), at);
  const sent = app.send(ECHO, whole);
  const back = (await app.sessionFrame())!.payload;
  await sent;
  equal(Buffer.compare(back, whole), 0);
}

/** Resolves when the process is gone; rejects if that takes too long. */
async function gone(pid: number, timeoutMs = 3_000): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (performance.now() < until) {
    if (!isThere(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`process ${pid} still runs`);
}

/** Resolves once one of the processes computes: it uses the processor, more than starting does. */
async function computes(pids: readonly number[]): Promise<void> {
  const used = () =>
    pids.map((pid) => {
      const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
      return 10 * (Number(fields[11]) + Number(fields[12]));
    });
  const before = used();
  while (!used().some((ms, i) => ms - before[i]! > 300)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether one of the processes is there for as long as killing one takes, many times over. */
async function stays(pids: readonly number[]): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 400));
  return pids.some(isThere);
}

function isThere(pid: number): boolean {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]?.[0] !== "Z";
  } catch {
    return false;
  }
}

const TRANSPORTS = {
  tcp: { listen: ["/ip4/127.0.0.1/tcp/0"] },
  websockets: { listen: ["/ip4/127.0.0.1/tcp/0/ws"] },
  memory: { listen: [`/memory/${crypto.randomUUID()}`], transports: [memory()] },
};

for (const [name, { listen, ...rest }] of Object.entries(TRANSPORTS)) {
  Deno.test(`a session over ${name} carries frames of all sizes from app to guest and back`, async () => {
    await using scene = new Scene();
    const device = await scene.peer({ serve: false, ...rest });
    const clone = await scene.peer({ trust: [device.id], name: "laptop", listen, ...rest });
    const app = await scene.app(device, { clones: clone.addresses() });
    const reply = await app.message();
    equal(reply.ok, true, JSON.stringify(reply));
    equal(reply.clone.peer, clone.id);
    equal(reply.clone.name, "laptop");
    ok(
      reply.conditions.rttMs > 0 && reply.conditions.upBytesPerSecond > 0 && reply.conditions.cloneSpeed > 0,
    );
    for (const bytes of [0, 1, 5, 4096, 70_000, 9_000_000]) await echoes(app, bytes);
    deepStrictEqual(clone.status().guests.map(({ app }) => app), ["test.ts"]);
    equal(device.status().apps[0]!.clone.peer, clone.id);
  });
}

Deno.test("a session is refused with a reason when the device is not paired", async () => {
  await using scene = new Scene();
  const device = await scene.peer({ serve: false });
  const clone = await scene.peer();
  const app = await scene.app(device, { clones: clone.addresses() });
  match((await app.message()).error, /does not trust this device; run `pair`/);
  equal(await app.frame(), undefined);
});

Deno.test("a session is refused with a reason when versions, room, address, link or pairing don't fit", async () => {
  await using scene = new Scene();
  const { device, clone } = await scene.pair({ maxGuests: 1 });
  const clones = clone.addresses();
  const refused = async (request: object, reason: RegExp) => {
    const app = await scene.app(device, { clones, ...request });
    match((await app.message()).error, reason);
  };
  await refused({ deno: "1.2.3" }, /the device runs Deno 1\.2\.3.*same minor version/);
  await refused({ sessionVersion: 99 }, /update clonecloud on the clone/);
  await refused({ clones: ["/ip4/127.0.0.1/tcp/1"] }, /Cannot reach \/ip4\/127\.0\.0\.1\/tcp\/1: /);
  await refused({ clones: ["nonsense"] }, /give a multiaddr/);
  await refused(
    { clones: [clones[0]!.replace(/\/p2p\/.*/, "")] },
    /not paired with the peer that answers there/,
  );
  await refused({ clones: ["auto"] }, /paired with none; run `pair`/);
  await refused({ link: "carrier-pigeon" }, /wifi, 3g/);
  await session(scene, { device, clone });
  await refused({}, /as many as its owner allows/);
});

Deno.test("two sessions at once have guests of their own, and one that served is never used again", async () => {
  await using scene = new Scene();
  const pair = await scene.pair();
  const [one, two] = [await session(scene, pair), await session(scene, pair)];
  await Promise.all([echoes(one, 300_000), echoes(two, 300_000)]);
  const first = pair.clone.status().guests.map(({ pid }) => pid);
  equal(new Set(first).size, 2);
  one.close();
  await gone(first[0]!);
  await echoes(two, 1000);
  await session(scene, pair);
  const now = pair.clone.status().guests.map(({ pid }) => pid);
  ok(now.includes(first[1]!) && !now.includes(first[0]!));
  const next = async (without: readonly Defence[]) => {
    const attack = await Attack.begin(scene, { without });
    equal(await attack.try("keep something for the next session", "a secret"), "succeeded");
    attack.close();
    while (attack.clone.status().guests.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return await Attack.again(scene, attack);
  };
  const ask = "tell what another session left";
  match(await (await next([])).try(ask), /nothing is left/);
  // Two read what one guest says, whoever is first: what the one that is gone reads is lost, with it the rest of a frame.
  let heard: string | undefined;
  for (let guests = 0; heard !== "succeeded" && guests < 10; guests++) {
    heard = undefined;
    const again = await next(["own-guest", "hang-up"]);
    const said: Promise<string | undefined>[] = [];
    while (heard === undefined && said.length < 20) {
      said.push(again.try(ask));
      const waited = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 200));
      // One whose frame was cut up by the other reader ends with an error: then the next guest is asked.
      heard = await Promise.any([...said, waited]);
      await waited;
    }
  }
  equal(heard, "succeeded");
});

Deno.test("a guest is killed when its app hangs up, even while it computes", async () => {
  await using scene = new Scene();
  const hungUpOn = async (pair: Awaited<ReturnType<Scene["pair"]>>) => {
    const app = await session(scene, pair);
    const { pid } = pair.clone.status().guests[0]!;
    await app.send(SPIN);
    await computes([pid]);
    app.close();
    return pid;
  };
  await gone(await hungUpOn(await scene.pair()));
  const careless = await scene.pair({ without: ["hang-up"] });
  const pid = await hungUpOn(careless);
  while (careless.clone.status().guests.length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  ok(await stays([pid]), "a guest that computes ended by itself");
});

Deno.test("an app that hangs up while it waits for its turn costs the clone no guest", async () => {
  await using scene = new Scene();
  const ended: string[] = [];
  const said = Promise.withResolvers<void>();
  const starters = startersOf(navigator.hardwareConcurrency);
  const home = await scene.home();
  const clone = await scene.peer({
    trust: [await peerIdOf(await openHome(home))],
    maxGuests: starters + 2,
    // Says nothing, so that its start isn't over.
    guestCommand: {
      ...ECHO_GUEST,
      args: ["eval", "--no-config", "await new Promise(() => setTimeout(() => {}, 1e6))"],
    },
    log: (line) => {
      const app = /^session of \S+ \((.*)\) ended/.exec(line)?.[1];
      if (app === undefined) return;
      ended.push(app);
      if (app === "after it") said.resolve();
    },
  });
  // Trusts the clone, so that it asks how many more it takes.
  const device = await scene.peer({ home, serve: false, trust: [clone.id] });
  const first = await Promise.all(
    Array.from({ length: starters }, () => session(scene, { device, clone }, { app: "first" })),
  );
  const asks = (app: string) => scene.app(device, { clones: clone.addresses(), app });
  const hasFree = async (places: number) => {
    while ((await device.peers())[0]!.free !== places) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const [waiting, after] = [await asks("gone"), await asks("after it")];
  await hasFree(0);
  waiting.close();
  await hasFree(1);
  for (const app of first) app.close();
  equal((await after.message()).ok, true);
  after.close();
  await said.promise;
  deepStrictEqual(ended.toSorted(), ["after it", ...first.map(() => "first")]);
});

/** A clone whose starters are all taken by guests that never say that they have started. */
async function busyClone(scene: Scene, device: Peer): Promise<{ busy: Peer; apps: App[] }> {
  const starters = startersOf(navigator.hardwareConcurrency);
  const busy = await scene.peer({
    name: "busy",
    trust: [device.id],
    guestCommand: {
      ...ECHO_GUEST,
      args: ["eval", "--no-config", "await new Promise(() => setTimeout(() => {}, 1e6))"],
    },
  });
  const apps = Array.from({ length: starters }, () => session(scene, { device, clone: busy }));
  return { busy, apps: await Promise.all(apps) };
}

Deno.test("a device asks the next clone while others wait at the first, and gives up its place there", () =>
  inThreeTries(async () => {
    await using scene = new Scene();
    const device = await scene.peer({ serve: false });
    const { busy, apps } = await busyClone(scene, device);
    const free = await scene.peer({ name: "free", trust: [device.id] });
    const app = await scene.app(device, { clones: [busy.addresses()[0]!, free.addresses()[0]!] });
    // Before the first one's guests, which say nothing, hand their turn on: STARTING_TIMEOUT_MS.
    equal((await app.message()).clone.name, "free");
    apps[0]!.close();
    await session(scene, { device, clone: busy });
    // One that still waited there would have come in before it.
    while (busy.status().guests.length > apps.length) await new Promise((resolve) => setTimeout(resolve, 10));
    equal(free.status().guests.length, 1);
  }));

Deno.test("an app learns at once that its guest was killed, or ended", async () => {
  await using scene = new Scene();
  const pair = await scene.pair();
  const app = await session(scene, pair);
  Deno.kill(pair.clone.status().guests[0]!.pid, "SIGKILL");
  const start = performance.now();
  deepStrictEqual(await app.message(), {
    type: "lost",
    reason: "the guest is gone: it was killed by SIGKILL",
  });
  ok(performance.now() - start < 500);
  equal(await app.frame(), undefined);
  const other = await session(scene, pair);
  await other.send(EXIT, new Uint8Array([7]));
  equal((await other.message()).reason, "the guest is gone: it ended with exit code 7");
});

Deno.test("an app learns that its clone stopped or that trust was withdrawn", async () => {
  await using scene = new Scene();
  const pair = await scene.pair();
  const app = await session(scene, pair);
  const { pid } = pair.clone.status().guests[0]!;
  equal(await pair.clone.untrust(pair.device.id), true);
  equal((await app.message()).type, "lost");
  await gone(pid);
});

Deno.test("a cut link is noticed in 4 s by the app, and the guest ends once its clone has waited long enough", async () => {
  await using scene = new Scene();
  const { device, clone } = await scene.pair();
  const address = clone.addresses()[0]!;
  const proxy = new Proxy(Number(/tcp\/(\d+)/.exec(address)![1]));
  scene.onEnd(() => proxy.close());
  const app = await session(scene, { device, clone }, {
    clones: [address.replace(/tcp\/\d+/, `tcp/${proxy.port}`)],
  });
  const { pid } = clone.status().guests[0]!;
  proxy.freeze();
  const start = performance.now();
  match((await app.message()).reason, /no sign of life/);
  ok(performance.now() - start < 4_200, `${performance.now() - start} ms`);
  await gone(pid, DEVICE_SILENCE_MS + 5_000);
});

Deno.test("a clone that sleeps in the middle of a migration is left at once, and found again when it wakes", () =>
  inThreeTries(async () => {
    await using scene = new Scene();
    const home = await scene.home();
    const attached = await attachPeer({ home, mdns: false });
    scene.onEnd(() => attached.close());
    const clone = await spawnClone({
      device: await peerIdOf(await openHome(home)),
      guestCommand: ECHO_GUEST,
    });
    scene.onEnd(() => clone.close());
    const request = { clones: [clone.address] };
    const app = await scene.appAt(attached.socketPath, request);
    equal((await app.message()).ok, true);
    await app.send(SPIN);
    Deno.kill(clone.pid, "SIGSTOP");
    const start = performance.now();
    try {
      match((await app.message()).reason, /no sign of life/);
      ok(performance.now() - start < 4_200, `${performance.now() - start} ms`);
    } finally {
      Deno.kill(clone.pid, "SIGCONT");
    }
    const again = await scene.appAt(attached.socketPath, request);
    const reply = await again.message();
    equal(reply.ok, true, JSON.stringify(reply));
    await echoes(again, 10_000);
  }));

Deno.test("a clone that was told to keeps its machine awake while a session lives, until nothing came for a while", async () => {
  await using scene = new Scene();
  const folder = await scene.home();
  const log = `${folder}/log`;
  await Deno.writeTextFile(log, "");
  await Deno.mkdir(`${folder}/bin`);
  const name = Deno.build.os === "darwin" ? "caffeinate" : "systemd-inhibit";
  // Runs what it is given to run, as the real one does.
  const script = `#!/bin/sh\necho "on $*" >> ${log}\nfor last; do :; done\n"$last"\necho off >> ${log}\n`;
  await Deno.writeTextFile(`${folder}/bin/${name}`, script, { mode: 0o755 });
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", `${folder}/bin:${path}`);
  scene.onEnd(() => Deno.env.set("PATH", path));
  const logged = async (wanted: RegExp) => {
    let text = "";
    for (let i = 0; i < 400 && !wanted.test(text); i++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      text = (await Deno.readTextFile(log)).replaceAll(/on .* cat\n/g, "on ").replaceAll("off\n", "off ");
    }
    match(text, wanted);
  };
  const mains = () => Promise.resolve("mains" as const);
  const pair = await scene.pair({ stayAwake: 60_000, machine: { power: mains } });
  const [one, two] = [await session(scene, pair), await session(scene, pair)];
  await logged(/^on $/);
  one.close();
  await echoes(two, 10);
  equal((await Deno.readTextFile(log)).includes("off"), false);
  two.close();
  await logged(/^on off $/);
  // One that lives, but has nothing to do; then it has.
  const brief = await scene.pair({ stayAwake: 200, machine: { power: mains } });
  const app = await session(scene, brief);
  await logged(/^on off on off $/);
  await app.send(FETCH, sha256(new Uint8Array(1)));
  await logged(/^on off on off on off $/);
  // On a battery, or without being told to.
  const battery = () => Promise.resolve("battery" as const);
  for (const options of [{ stayAwake: true, machine: { power: battery } }, { machine: { power: mains } }]) {
    await echoes(await session(scene, await scene.pair(options)), 10);
  }
  await logged(/^on off on off on off $/);
});

Deno.test("bulk on a slow link raises no false alarm", async () => {
  await using scene = new Scene();
  const { device, clone } = await scene.pair();
  const address = clone.addresses()[0]!;
  const proxy = new Proxy(Number(/tcp\/(\d+)/.exec(address)![1]), 60_000);
  scene.onEnd(() => proxy.close());
  const app = await session(scene, { device, clone }, {
    clones: [address.replace(/tcp\/\d+/, `tcp/${proxy.port}`)],
  });
  await echoes(app, 130_000);
});

Deno.test("content that a guest asks for comes from the device once, then from the clone's store", async () => {
  await using scene = new Scene();
  const pair = await scene.pair();
  const content = new Uint8Array(200_000).map((_, i) => i * i);
  const hash = sha256(content);
  const reply = (body: Uint8Array) => {
    const payload = new Uint8Array(32 + body.length);
    payload.set(hash);
    payload.set(body, 32);
    return payload;
  };
  const first = await session(scene, pair);
  await first.send(FETCH, hash);
  deepStrictEqual(await first.sessionFrame(), { kind: 1, payload: hash });
  await first.send(2, reply(content));
  deepStrictEqual((await first.sessionFrame())!.payload, reply(content));
  const second = await session(scene, pair);
  await second.send(FETCH, hash);
  deepStrictEqual(await second.sessionFrame(), { kind: FETCH, payload: reply(content) });
});

Deno.test("content with a wrong hash, or that nobody asked for, ends the session; unknown content is an empty reply", async () => {
  await using scene = new Scene();
  const pair = await scene.pair();
  const hash = sha256(new Uint8Array(9));
  const unknown = await session(scene, pair);
  await unknown.send(FETCH, hash);
  await unknown.sessionFrame();
  await unknown.send(2, hash);
  deepStrictEqual(await unknown.sessionFrame(), { kind: FETCH, payload: hash });
  await unknown.send(2, hash);
  match((await unknown.message()).reason, /was not asked for it/);
  const lied = async (to: { device: Peer; clone: Peer }) => {
    const wrong = await session(scene, to);
    await wrong.send(FETCH, hash);
    await wrong.sessionFrame();
    await wrong.send(2, new Uint8Array([...hash, 1]));
    return wrong;
  };
  match((await (await lied(pair)).message()).reason, /doesn't have the hash/);
  // Unchecked the guest takes it for what it asked for.
  const careless = await scene.pair({ without: ["content-hash"] });
  deepStrictEqual((await (await lied(careless)).sessionFrame())!.payload, new Uint8Array([...hash, 1]));
});

Deno.test("hostile frames end their own session only", async () => {
  await using scene = new Scene();
  const pair = await scene.pair();
  const good = await session(scene, pair);
  const lies = [[0, 0, 0, 0, 16], [255, 255, 255, 255, 16], [0, 0, 0, 2, 5, 0], [0, 0, 0, 2, 0, 1], [
    255,
    0,
    0,
    0,
    1,
  ]];
  for (const lie of lies) {
    const fromGuest = await session(scene, pair);
    await fromGuest.send(RAW, new Uint8Array(lie));
    equal((await fromGuest.message()).type, "lost");
    equal(await fromGuest.frame(), undefined);
    const fromApp = await session(scene, pair);
    await fromApp.raw(new Uint8Array(lie));
    equal((await fromApp.message()).type, "lost");
  }
  const { path } = await pair.device.listenLocal();
  for (const first of ["{", "[]", "{}", `{"op":"session"}`, `{"op":"x"}`]) {
    const app = await App.connect(path);
    const body = new TextEncoder().encode(first);
    await app.raw(new Uint8Array([0, 0, 0, body.length + 1, 0, ...body]));
    match((await app.message()).error, /^(Cannot|Expected|Unexpected)/);
    app.close();
  }
  await echoes(good, 5000);
  // A guest that speaks as its peer does: believed where kinds aren't looked at.
  const forged = async (to: typeof pair) => {
    const app = await session(scene, to);
    await app.send(RAW, encodeJsonFrame(0, { type: "lost", reason: "the laptop was sold" }));
    return (await app.message()).reason;
  };
  match(await forged(pair), /kind 0 is not allowed here/);
  equal(await forged(await scene.pair({ without: ["frame-kinds"] })), "the laptop was sold");
});

/** A peer in a process of its own, killed while its guest computes: the guests' process ids. */
async function killedPeer(scene: Scene, home: string, without: readonly string[] = []): Promise<number[]> {
  const script = `
    import { startPeer } from "${new URL("../net/mod.ts", import.meta.url).href}";
    const peer = await startPeer({ home: ${
    JSON.stringify(home)
  }, listen: ["/ip4/127.0.0.1/tcp/0"], mdns: false, without: ${JSON.stringify(without)},
      trust: [Deno.args[0]], guestCommand: ${JSON.stringify(ECHO_GUEST)} });
    console.log(peer.addresses()[0]);`;
  const file = new URL(`./net_killed_peer${without.length}.ts`, import.meta.url);
  await Deno.writeTextFile(file, script);
  scene.onEnd(() => Deno.remove(file));
  const device = await scene.peer({ serve: false });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", file.href, device.id],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const address = new TextDecoder().decode((await reader.read()).value).trim();
  await scene.peer({ home }).then(() => ok(false), (error) => match(error.message, /another peer serves it/));
  const app = await scene.app(device, { clones: [address] });
  equal((await app.message()).ok, true);
  await app.send(SPIN);
  const pids = await guestsOf(child.pid);
  ok(pids.length > 0);
  await computes(pids);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  match((await app.message()).reason, /the clone (is gone|ended)/);
  return pids;
}

Deno.test("a home serves one peer at a time, and a killed peer leaves no guest", async () => {
  await using scene = new Scene();
  const home = await scene.home();
  for (const pid of await killedPeer(scene, home)) await gone(pid);
  await scene.peer({ home });
  const left = await killedPeer(scene, await scene.home(), ["watchdog"]);
  scene.onEnd(() => left.filter(isThere).forEach((pid) => Deno.kill(pid, "SIGKILL")));
  // Its spare one reads its stdin, and ends with it.
  ok(await stays(left), "a guest that computes ended by itself");
});

Deno.test("what guests of a killed peer left goes when its home is served again, and nothing of another's", async () => {
  await using scene = new Scene();
  const home = await scene.home();
  const other = await scene.peer();
  const left = await killedPeer(scene, home, ["watchdog"]);
  scene.onEnd(() => left.filter(isThere).forEach((pid) => Deno.kill(pid, "SIGKILL")));
  const others = await folderOfSpare(other);
  const folders = left.filter(isThere).map((pid) => Deno.readLinkSync(`/proc/${pid}/cwd`));
  ok(folders.length > 0);
  // A home of its own clears nothing: all that was left is there until the right one is served.
  await scene.peer();
  ok(await stays(left), "another home's peer ended it");
  for (const folder of folders) ok(Deno.statSync(folder).isDirectory);
  await scene.peer({ home });
  for (const pid of left) await gone(pid);
  for (const folder of folders) equal(existsSync(folder), false, folder);
  ok(existsSync(others), "another peer's guest has lost its folder");
});

/** The folder of the guest that a peer keeps started. */
async function folderOfSpare(peer: Peer): Promise<string> {
  const { dir, prefix } = guestFolders(peer.id);
  for (let i = 0; i < 1_000; i++) {
    const found = [...Deno.readDirSync(dir)].find(({ name }) => name.startsWith(prefix));
    if (found !== undefined) return `${dir}/${found.name}`;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("The peer started no guest in advance");
}

/** Process ids of a process's children that are guests. */
async function guestsOf(parent: number): Promise<number[]> {
  const children = await Deno.readTextFile(`/proc/${parent}/task/${parent}/children`).catch(() => "");
  const found: number[] = [];
  for (const pid of children.trim().split(" ").filter((text) => text !== "").map(Number)) {
    const command = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    if (command.includes("net_echo_guest")) found.push(pid);
  }
  return found;
}

Deno.test("spawnClone() lends this machine to one device, and leaves nothing behind", async () => {
  await using scene = new Scene();
  const home = await scene.home();
  const attached = await attachPeer({ home, mdns: false });
  scene.onEnd(() => attached.close());
  equal(attached.hosted, true);
  const device = await peerIdOf(await openHome(home));
  const clone = await spawnClone({ device, guestCommand: ECHO_GUEST });
  const app = await App.connect(attached.socketPath);
  scene.onEnd(() => app.close());
  await app.sendJson({
    op: "session",
    sessionVersion: SESSION_VERSION,
    clones: [clone.address],
    app: "x",
    deno: Deno.version.deno,
  });
  equal((await app.message()).ok, true);
  await echoes(app, 10_000);
  await clone.close();
  equal((await app.message()).type, "lost");
  await gone(clone.pid);
});
