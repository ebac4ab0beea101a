/** What `trust limit` says holds: each limit is set by the command, and acts on what a device's guests do. */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Peer, PeerOptions } from "../net/mod.ts";
import { Scene } from "./net_fixtures.ts";
import { Attack, hostileGuest } from "./security_fixtures.ts";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;
const FETCH = 17, BLOB_REPLY = 2;

/** A device and a clone whose owner types. */
class Lent {
  private constructor(
    readonly scene: Scene,
    readonly pair: { device: Peer; clone: Peer },
    readonly home: string,
  ) {}

  static async begin(scene: Scene, options: PeerOptions = {}): Promise<Lent> {
    const home = await scene.home();
    const pair = await scene.pair({ home, guestCommand: hostileGuest(), ...options });
    await pair.clone.listenLocal();
    return new Lent(scene, pair, home);
  }

  /** `trust limit` with these options; what it says the device may use now. */
  async limit(...options: string[]): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "trust", "limit", this.pair.device.id, ...options, "--home", this.home],
    }).output();
    equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  }

  session(): Promise<Attack> {
    return Attack.again(this.scene, this.pair);
  }

  /** Why no session is opened. */
  async refusal(): Promise<string> {
    return await this.session().then(() => "it was opened", (error) => error.message);
  }
}

/** Processor time that a process has taken, milliseconds. */
function cpuMs(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1]!.split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

Deno.test("trust limit --guests, --hours, --mains-only and --no-gpu end what runs and refuse what comes, until --reset", async () => {
  await using scene = new Scene();
  let power: "mains" | "battery" = "mains";
  const lent = await Lent.begin(scene, { machine: { power: () => Promise.resolve(power) } });
  const [first, second] = [await lent.session(), await lent.session()];
  match(await lent.limit("--guests", "1"), /: 1 guests, /);
  match(await second.answer(), /this device is granted 1 guests now/);
  match(await lent.refusal(), /has 1 there, as many as it is granted/);

  match(await lent.limit("--no-gpu"), /no graphics processor/);
  match(await first.answer(), /isn't granted the graphics processor any more/);
  const third = await lent.session();
  match(await lent.limit("--mains-only"), /1 guests, .* on mains only, no graphics processor/);
  power = "battery";
  match(await third.answer(), /only while on mains power/);
  match(await lent.refusal(), /only while on mains power/);
  power = "mains";

  const fourth = await lent.session();
  const hour = (later: number) => String((new Date().getHours() + later) % 24).padStart(2, "0");
  const hours = `${hour(2)}:00-${hour(3)}:00`;
  match(await lent.limit("--hours", hours), new RegExp(hours));
  match(await fourth.answer(), /from \d\d:00 to \d\d:00 only/);
  match(await lent.refusal(), /from \d\d:00 to \d\d:00 only/);
  match(
    await lent.limit("--reset"),
    /: 8 guests, all cores, 3072 MiB each, 1024 MiB kept, 1440 minutes a migration\n/,
  );
  await Promise.all([lent.session(), lent.session()]);
});

Deno.test("trust limit --memory and --minutes end a guest that takes more", async () => {
  await using scene = new Scene();
  const lent = await Lent.begin(scene);
  const first = await lent.session();
  match(await lent.limit("--memory", "160", "--minutes", "0.02"), /160 MiB each, .* 0\.02 minutes/);
  match(
    await first.end("fill memory", 320),
    /used more than the 160 MiB that this device is granted/,
  );
  const long = await lent.session();
  await long.migrate();
  match(await long.answer(), /took longer than the 0\.02 minutes that this device is granted/);
  await lent.limit("--reset");
  equal(await (await lent.session()).try("fill memory", 320), "succeeded");
});

Deno.test({
  name: "trust limit --cores keeps a guest's processor time to a share",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using scene = new Scene();
    const lent = await Lent.begin(scene);
    await lent.limit("--cores", "0.1");
    await (await lent.session()).migrate();
    const { pid } = lent.pair.clone.status().guests[0]!;
    const taken = async (ms: number) => {
      const before = cpuMs(pid);
      await new Promise((resolve) => setTimeout(resolve, ms));
      return cpuMs(pid) - before;
    };
    await taken(1_000);
    const share = await taken(4_000) / 4_000;
    ok(share < 0.25, `it had ${share} of a core, 0.1 were granted`);
    await lent.limit("--reset");
    const before = cpuMs(pid);
    const start = performance.now();
    // Faster than it was, however busy the machine is.
    while (cpuMs(pid) - before < 1_500 && performance.now() - start < 60_000) await taken(100);
    ok(cpuMs(pid) - before >= 1_500);
  },
});

Deno.test("trust limit --storage bounds what is kept of a device", async () => {
  await using scene = new Scene();
  const home = await scene.home();
  const pair = await scene.pair({ home });
  await pair.clone.listenLocal();
  const limit = async (mib: string) => {
    const args = ["run", "-A", MAIN, "trust", "limit", pair.device.id, "--storage", mib, "--home", home];
    equal((await new Deno.Command(Deno.execPath(), { args }).output()).code, 0);
  };
  const keep = async (mib: number) => {
    const app = await scene.app(pair.device, { clones: pair.clone.addresses() });
    equal((await app.message()).ok, true);
    const content = crypto.getRandomValues(new Uint8Array(65_536));
    const whole = new Uint8Array(mib * 2 ** 20);
    for (let at = 0; at < whole.length; at += content.length) whole.set(content, at);
    const hash = createHash("sha256").update(whole).digest();
    await app.send(FETCH, hash);
    await app.sessionFrame();
    await app.send(BLOB_REPLY, new Uint8Array([...hash, ...whole]));
    await app.sessionFrame();
    app.close();
    return pair.clone.status().storeBytes / 2 ** 20;
  };
  equal(await keep(2), 2);
  await limit("1");
  equal(pair.clone.status().storeBytes, 0);
  deepStrictEqual([await keep(2), await keep(1)], [0, 1]);
  await limit("3");
  equal(await keep(2), 3);
});
