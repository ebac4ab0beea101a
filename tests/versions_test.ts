import { equal, match } from "node:assert/strict";
import { ControlChannel, streamChannel } from "../net/channel/mod.ts";
import { SESSION_PROTOCOL } from "../net/peer/constants.ts";
import { SESSION_VERSION } from "../runtime/mod.ts";
import { Scene } from "./net_fixtures.ts";

/** A peer of another version: it answers sessions with what that version would. */
async function otherVersion(scene: Scene, protocol: string, answer: object): Promise<string> {
  const host = await scene.host();
  await host.handle(protocol, async (stream) => {
    const control = new ControlChannel(streamChannel(stream));
    await control.receive();
    control.send(answer);
    control.handOver({ data: () => {}, end: () => {} });
  });
  return String(host.getMultiaddrs()[0]);
}

const welcome = { ok: true, name: "other", deno: Deno.version.deno, unitsPerMs: 10 };

Deno.test("a clone of a neighbouring version works, or stays away with one line that says what to update", async () => {
  await using scene = new Scene();
  const device = await scene.peer({ serve: false });
  const reply = async (protocol: string, answer: object) => {
    const address = await otherVersion(scene, protocol, answer);
    return await (await scene.app(device, { clones: [address] })).message();
  };
  // The version before told nothing of what it took; a later one says more than this one knows.
  equal((await reply(SESSION_PROTOCOL, welcome)).ok, true);
  equal((await reply(SESSION_PROTOCOL, { ...welcome, tellsTaken: true, more: [1] })).ok, true);
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
