/**
 * The whole way from an arm64 device, under emulation, to a clone of this machine's own architecture: the fixture app
 * must leave what it leaves without a clone. Run with `deno task test:arm64`; its log is kept in the docs.
 */
import assert from "node:assert/strict";
import { arm64Unavailable, prepareArm64 } from "./arm64.ts";

const reason = arm64Unavailable();
if (reason !== undefined) {
  console.log(`skipped: ${reason}`);
  Deno.exit(0);
}

const MAIN = new URL("../mod.ts", import.meta.url).pathname;
const APP = new URL("./fixtures/whole_way/", import.meta.url).pathname;
const METHODS = ["Library.read", "Library.find", "Library.digest"].map((name) => `library.ts#${name}`);
const folder = await Deno.makeTempDir();
const started = performance.now();

function log(text: string): void {
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

/** Runs a Deno in the app's folder. */
async function run(deno: string, args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(deno, {
    args: [...args],
    cwd: APP,
    stdin: "null",
    env: { CLONECLOUD_DENO: deno, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Starts a peer; its first address. */
async function startPeer(
  deno: string,
  options: readonly string[],
): Promise<{ address: string; child: Deno.ChildProcess }> {
  const child = new Deno.Command(deno, {
    args: ["run", "-A", MAIN, "peer", "--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns", ...options],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("Cannot start the peer: it ended");
    said += value;
  }
  return { address: said.split("\n")[0]!, child };
}

const arm64 = await prepareArm64(new URL("../.cache/arm64", import.meta.url).pathname);
log(
  `device: aarch64, Deno ${arm64.version} under emulation; clone: ${Deno.build.arch}, Deno ${Deno.version.deno}`,
);
const home = `${folder}/device`;
const id = await run(Deno.execPath(), ["run", "-A", MAIN, "id", "--home", home]);
const clone = await startPeer(Deno.execPath(), ["--home", `${folder}/clone`, "--trust", id.stdout.trim()]);
// As people have it: starting libp2p takes a weak device longer than an app should wait.
const device = await startPeer(arm64.command, ["--home", home, "--max-guests", "0"]);
log("both peers run");
try {
  const app = (report: string) => ["main.ts", `${APP}texts`, `${folder}/${report}`];
  const plain = await run(arm64.command, ["run", "-A", ...app("plain.json")]);
  log("ran without a clone");
  const trace = `${folder}/trace.jsonl`;
  const cloned = await run(arm64.command, [
    ...["run", "-A", MAIN, "run", "--home", home, "--clone", clone.address, "--trace", trace, "--deno", "-A"],
    ...METHODS.flatMap((method) => ["--migrate", method]),
    ...app("report.json"),
  ]);
  log(`ran with the clone: ${cloned.stderr.trim().replaceAll("\n", "; ")}`);
  const events = (await Deno.readTextFile(trace)).trim().split("\n").map((line) => JSON.parse(line));
  for (const { event, method, reason = "", bytes, ms } of events) {
    const figures = [bytes === undefined ? "" : `${bytes} B`, ms === undefined ? "" : `${ms.toFixed(1)} ms`];
    log(
      ["", event, method, reason.replaceAll(folder, "").replaceAll(APP, ""), ...figures].filter(Boolean).join(
        " ",
      ),
    );
  }
  assert.deepEqual([cloned.code, cloned.stdout], [plain.code, plain.stdout], cloned.stderr);
  const report = (name: string) => Deno.readTextFile(`${folder}/${name}`);
  assert.equal(await report("report.json"), await report("plain.json"));
  const merged = new Set(events.filter(({ event }) => event === "merge").map(({ method }) => method));
  assert.deepEqual([...merged].sort(), [...METHODS].sort());
  log("ok: output, exit code and report are those of plain Deno on the device");
} finally {
  for (const { child } of [device, clone]) {
    child.kill("SIGTERM");
    await child.status;
  }
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(0);
