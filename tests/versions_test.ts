import { equal, match } from "node:assert/strict";
import { ControlChannel, streamChannel } from "../net/channel/mod.ts";
import { SESSION_PROTOCOL } from "../net/peer/constants.ts";
import { SESSION_VERSION } from "../runtime/mod.ts";
import { Scene } from "./net_fixtures.ts";

/** A peer of another version: it answers sessions with what that version would. */
async function otherVersion(scene: Scene, protocol: string, ...answers: object[]): Promise<string> {
  const host = await scene.host();
  await host.handle(protocol, async (stream) => {
    const control = new ControlChannel(streamChannel(stream));
    await control.receive();
    for (const answer of answers) await control.send(answer);
    control.handOver({ data: () => {}, end: () => {} });
  });
  return String(host.getMultiaddrs()[0]);
}

const welcome = { ok: true, name: "other", deno: Deno.version.deno, unitsPerMs: 10 };

Deno.test("a clone of a neighbouring version works, or stays away with one line that says what to update", async () => {
  await using scene = new Scene();
  const device = await scene.peer({ serve: false });
  const reply = async (protocol: string, ...answers: object[]) => {
    const address = await otherVersion(scene, protocol, ...answers);
    return await (await scene.app(device, { clones: [address] })).message();
  };
  // The version before told nothing of what it took; a later one says more than this one knows.
  equal((await reply(SESSION_PROTOCOL, welcome)).ok, true);
  equal((await reply(SESSION_PROTOCOL, { ...welcome, tellsTaken: true, more: [1] })).ok, true);
  const waiting = { waiting: true };
  equal((await reply(SESSION_PROTOCOL, waiting, { ...waiting, more: 1 }, welcome)).ok, true);
  match((await reply(SESSION_PROTOCOL, ...Array(100).fill(waiting), welcome)).error, /too many others wait/);
  const said =
    `Cannot open session: the device speaks version ${SESSION_VERSION}, the clone 99; update clonecloud on the device`;
  equal((await reply(SESSION_PROTOCOL, { ok: false, code: "version", error: said })).error, said);
  const { error } = await reply("/clonecloud/session/2.0.0", welcome);
  match(error, /^Cannot open session: .*update clonecloud on the older side$/);
});

Deno.test("a device of a neighbouring version is served, or told what to update", async () => {
  await using scene = new Scene();
  const { device, clone } = await scene.pair();
  const reply = async (request: object) =>
    await (await scene.app(device, { clones: clone.addresses(), ...request })).message();
  equal((await reply({ later: "field" })).ok, true);
  const [major, minor] = Deno.version.deno.split(".");
  equal((await reply({ deno: `${major}.${minor}.0` })).ok, true);
  match((await reply({ sessionVersion: SESSION_VERSION + 1 })).error, /update clonecloud on the clone$/);
  match((await reply({ sessionVersion: SESSION_VERSION - 1 })).error, /update clonecloud on the device$/);
  match(
    (await reply({ deno: `${major}.${Number(minor) + 1}.0` })).error,
    /both need the same minor version$/,
  );
});

Deno.test("run says in one line why a clone of another version isn't used, and runs here", async () => {
  await using scene = new Scene();
  const address = await otherVersion(scene, "/clonecloud/session/2.0.0", welcome);
  const main = new URL("../mod.ts", import.meta.url).pathname;
  const app = new URL("../examples/mandelbrot.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", main, "run", "--home", await scene.home(), "--clone", address],
      ...["--migrate", "examples/mandelbrot.ts#rowDrawer.draw", app, "4", "20"],
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  equal(code, 0);
  match(text(stdout), /4 steps$/);
  match(text(stderr), /^clonecloud: Cannot open session: .*update clonecloud on the older side$/);
});

/** The project as its next version will be, in a folder: the sessions' version is one higher. */
async function nextVersion(scene: Scene): Promise<string> {
  const [project, folder] = [new URL("../", import.meta.url).pathname, await scene.home()];
  const parts = ["analysis", "net", "repl", "runtime", "deno.json", "deno.lock", "mod.ts"].map((part) =>
    project + part
  );
  await new Deno.Command("cp", { args: ["-r", ...parts, folder] }).output();
  await Deno.symlink(`${project}node_modules`, `${folder}/node_modules`);
  const file = `${folder}/runtime/thread/constants.ts`;
  const text = await Deno.readTextFile(file);
  await Deno.writeTextFile(
    file,
    text.replace(`SESSION_VERSION = ${SESSION_VERSION}`, `SESSION_VERSION = ${SESSION_VERSION + 1}`),
  );
  return `${folder}/mod.ts`;
}

Deno.test("a real peer of the next version and one of this one stay apart with one line on either side, and the app runs here", async () => {
  await using scene = new Scene();
  const next = await nextVersion(scene);
  const own = new URL("../mod.ts", import.meta.url).pathname;
  const app = new URL("../examples/mandelbrot.ts", import.meta.url).pathname;
  const cli = async (main: string, ...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", main, ...args],
      env: { NO_COLOR: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { code, out: text(stdout), err: text(stderr) };
  };
  const runsHere = async (device: string, clone: string, older: string) => {
    const home = await scene.home();
    const id = (await cli(device, "id", "--home", home)).out;
    const peer = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", clone, "peer", "--home", await scene.home(), "--trust", id, "--no-mdns"],
        ...["--no-dashboard", "--listen", "/ip4/127.0.0.1/tcp/0"],
      ],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    try {
      const reader = peer.stdout.pipeThrough(new TextDecoderStream()).getReader();
      const address = (await reader.read()).value!.trim();
      const { code, out, err } = await cli(
        device,
        ...["run", "--home", home, "--clone", address, "--migrate", "examples/mandelbrot.ts#rowDrawer.draw"],
        ...[app, "4", "20"],
      );
      equal(code, 0, err);
      match(out, /4 steps$/);
      match(err, new RegExp(`^clonecloud: Cannot open session: .*; update clonecloud on the ${older}$`));
      reader.cancel();
    } finally {
      peer.kill("SIGKILL");
      await peer.status;
    }
  };
  await runsHere(own, next, "device");
  await runsHere(next, own, "clone");
});
