import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { Scene } from "./net_fixtures.ts";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;

function start(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, ...args],
    stdout: "piped",
    stderr: "piped",
  })
    .spawn();
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await start(args).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, out: text(stdout), err: text(stderr) };
}

/** Reads a process's stdout line by line. */
function lines(
  child: Deno.ChildProcess,
): { until(pattern: RegExp): Promise<RegExpExecArray>; rest(): Promise<void> } {
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async until(pattern) {
      while (true) {
        const match = pattern.exec(text);
        if (match !== null) return match;
        const { value, done } = await reader.read();
        if (done) throw new Error(`${pattern} is not in: ${text}`);
        text += value;
      }
    },
    async rest() {
      while (!(await reader.read()).done);
    },
  };
}

Deno.test("peer, pair, peers, status and trust do what a person needs, from pairing to removal", async () => {
  await using scene = new Scene();
  const [laptop, phone] = [await scene.home(), await scene.home()];
  const peer = start([
    "peer",
    "--home",
    laptop,
    "--name",
    "laptop",
    "--listen",
    "/ip4/127.0.0.1/tcp/0",
    "--no-mdns",
  ]);
  const peerLines = lines(peer);
  const [address] = await peerLines.until(/\/ip4\/\S+\/p2p\/\S+/);
  const shown = start(["pair", "--qr", "--home", laptop]);
  const shownLines = lines(shown);
  const code = (await shownLines.until(/Code: (\d{3}-\d{3})/))[1]!;
  await shownLines.until(/█▀▀▀▀▀█|▄▄▄▄▄/);
  const wrong = await run("pair", code === "000-000" ? "000-001" : "000-000", address, "--home", phone);
  equal(wrong.code, 1);
  match(wrong.err, /^clonecloud: Cannot pair: the code is wrong/);
  const typed = await run("pair", `clonecloud:pair/${code.replace("-", "")}${address}`, "--home", phone);
  match(typed.out, /^Paired with laptop \(12D3Koo/, typed.err);
  await shownLines.until(/Paired with .*12D3Koo/);
  const id = (await run("id", "--home", phone)).out;
  const found = JSON.parse((await run("peers", "--json", "--home", phone)).out);
  equal(found.find((row: { name: string }) => row.name === "laptop").connected, true);
  equal(JSON.parse((await run("status", "--json", "--home", laptop)).out).name, "laptop");
  match((await run("peer", "--home", laptop)).err, /another peer serves it/);
  match((await run("doctor", "/ip4/256.0.0.1/tcp/1")).err, /^clonecloud: Cannot read address "\/ip4\/256/);
  match(
    (await run("trust", "limit", id, "--cores", "0.5", "--hours", "08:00-18:30", "--home", laptop)).out,
    /0\.5 cores/,
  );
  match(
    (await run("trust", "limit", id, "--hours", "08:00-08:00", "--home", laptop)).err,
    /08:00-08:00 is no time at all; `always` is all day/,
  );
  match((await run("peers", "--home", phone)).out, /^laptop .* 0\.5 cores, 08:00-18:30 .*tcp, this machine/m);
  match((await run("trust", "list", "--home", laptop)).out, new RegExp(`${id}.* 0\\.5 cores, .*08:00-18:30`));
  equal((await run("trust", "remove", id, "--home", laptop)).code, 0);
  equal((await run("trust", "list", "--json", "--home", laptop)).out, "[]");
  peer.kill("SIGTERM");
  equal((await peer.status).code, 0);
  await peerLines.rest();
  await shownLines.rest();
  await shown.status;
  for (const child of [peer, shown]) await child.stderr.cancel();
  ok(!(await Array.fromAsync(Deno.readDir(laptop))).some(({ name }) => name === "peer.sock"));
});

Deno.test("peers --watch --json lists a clone again and again, as it comes and goes", async () => {
  await using scene = new Scene();
  const home = await scene.home();
  const device = await scene.peer({ home, serve: false });
  await device.listenLocal();
  const laptop = await scene.home();
  const clone = await scene.peer({ home: laptop, name: "laptop" });
  await device.joinPairing(clone.offerPairing().code, clone.addresses()[0]);
  const [listen] = clone.addresses()[0]!.split("/p2p/");
  const watch = start(["peers", "--watch", "--json", "--home", home]);
  const told = lines(watch);
  const [here, gone] = ['"connected":true.*"upBytesPerSecond"', '"connected":false.*Cannot reach laptop'];
  await told.until(new RegExp(here));
  await clone.stop();
  await told.until(new RegExp(`${here}[^]*${gone}`));
  await scene.peer({ home: laptop, name: "laptop", listen: [listen!] });
  await told.until(new RegExp(`${gone}[^]*${here}`));
  watch.kill("SIGINT");
  equal((await watch.status).signal, "SIGINT");
  await told.rest();
  await watch.stderr.cancel();
});

Deno.test("commands refuse bad arguments with one line and exit code 2", async () => {
  for (
    const [args, wanted] of [
      [["peer", "--trust", "me"], /--trust me is not a peer id/],
      [["peer", "--max-guests", "many"], /--max-guests many: give a whole number from 0 to/],
      [["peer", "--heap", "0"], /--heap 0: give a whole number from 16 to/],
      [["peer", "--dashboard", "70000"], /--dashboard 70000: give a whole number from 0 to 65535/],
      [["peer", "--deno", "/absent/deno"], /--deno \/absent\/deno can't be started/],
      [["pair", "123456", "laptop"], /"laptop" is no address/],
      [["peer", "--listen", "4001"], /--listen 4001 is no address; give one like \/ip4\/0.0.0.0\/tcp\/4001/],
      [["peer", "--listen", "/ip4/127.0.0.1/tcp/99999"], /Cannot read address/],
      [["pair", "12"], /"12" is not a code/],
      [["pair", "CLONECLOUD:PAIR/123456/192.168.1.5/4001/A1B2"], /a part of what was scanned is missing/],
      [["trust", "limit", "me", "--cores", "2"], /no trusted peer is "me"/],
      [["peers", "all"], /unexpected argument "all": it takes none/],
      [["doctor", "nobody"], /no paired peer is "nobody"/],
      [["trust", "list", "--cores", "2"], /--cores belongs to: trust limit/],
      [["trust", "forget"], /trust takes `list`, or `remove` or `limit`/],
    ] as const
  ) {
    const { code, err } = await run(...args);
    equal(code, 2);
    match(err, wanted);
    equal(err.split("\n").length, 1);
  }
});

Deno.test("peer says in one line that its port is another program's, or that its home can't be written to", async () => {
  await using scene = new Scene();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  scene.onEnd(() => listener.close());
  const address = `/ip4/127.0.0.1/tcp/${(listener.addr as Deno.NetAddr).port}`;
  const taken = await run("peer", "--no-mdns", "--listen", address, "--home", await scene.home());
  deepStrictEqual([taken.code, taken.out], [1, ""]);
  equal(
    taken.err,
    `clonecloud: Cannot listen on ${address}: another program has this port; give another one, or 0 for any`,
  );
  const home = await scene.home();
  await Deno.mkdir(`${home}/peer.lock`);
  const { code, err } = await run("peer", "--home", home);
  equal(code, 1);
  match(err, /^clonecloud: Cannot use home \S+: Is a directory$/);
});
