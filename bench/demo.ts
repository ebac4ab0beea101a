/**
 * The demo: an ordinary virus scanner on a slow device, alone and with a clone.
 *
 * A clone peer runs at this machine's full speed, a device peer and the scanner at 1/factor of it, over an emulated link.
 * Two short runs on other files let the runtime learn; then the scanner runs on many files, with the clone. Meanwhile another
 * device, as slow, scans the same files alone. Nothing here says what may migrate: that is what the runtime found out.
 */
import { parseArgs } from "node:util";
import { type SlowDevice, slowDevice } from "./slow_device.ts";
import { DemoPeer } from "./demo_peer.ts";
import { chooseInputs } from "./demo_inputs.ts";
import { printTable, readOutcome } from "./demo_report.ts";

const PROJECT = new URL("../", import.meta.url);
const MOD = new URL("mod.ts", PROJECT).href;
const APP = decodeURIComponent(new URL("examples/virus_scan/main.ts", PROJECT).pathname);

/** How long the scanner is to take alone: long enough to show more than what starting costs. */
const ALONE_S = 90;
/** From here on two devices and a clone get along on two CPUs; faster devices take turns. */
const SIDE_BY_SIDE_FACTOR = 5;
const MIN_BYTES = 300_000;
const MAX_BYTES = 4_000_000;

/** Permissions that the scanner itself needs. */
const APP_FLAGS = ["--allow-read"];

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  readonly seconds: number;
}

async function runOn(device: SlowDevice, args: readonly string[], env: Record<string, string>): Promise<Ran> {
  const started = performance.now();
  const child = device.spawn([Deno.execPath(), ...args], {
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr), seconds: (performance.now() - started) / 1000 };
}

/**
 * So many bytes take the scanner about {@linkcode ALONE_S} alone, by what two files take it on devices as slow: a device with a
 * share of a processor spends more on the same work than one without a limit, up to twice as much.
 */
async function affordableBytes(
  devices: readonly [SlowDevice, SlowDevice],
  files: readonly string[],
  sideBySide: boolean,
): Promise<number> {
  const measure = async (device: SlowDevice, path: string) => {
    const { seconds } = await runOn(device, ["run", ...APP_FLAGS, APP, path], {});
    return { bytes: Deno.statSync(path).size, seconds };
  };
  const first = measure(devices[0], files[0]!);
  if (!sideBySide) await first;
  const [small, large] = await Promise.all([first, measure(devices[1], files[1]!)]);
  // Half of the larger one's time is work at least, however alike the two happened to be.
  const perByte = Math.max(
    (large.seconds - small.seconds) / (large.bytes - small.bytes),
    large.seconds / 2 / large.bytes,
  );
  const atFirst = small.seconds - perByte * small.bytes;
  return Math.min(MAX_BYTES, Math.max(MIN_BYTES, (ALONE_S - atFirst) / perByte));
}

const { values } = parseArgs({
  options: {
    factor: { type: "string", default: "10" },
    link: { type: "string", default: "wifi" },
    bytes: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  console.log("deno task demo [--factor N] [--link wifi|3g|...] [--bytes N] [--json]");
  Deno.exit(0);
}
const factor = Number(values.factor);
if (!(factor >= 1)) {
  console.error(`clonecloud: --factor must be a number from 1; got "${values.factor}"`);
  Deno.exit(2);
}

const say = (line: string) => values.json ? undefined : console.error(line);
const folder = Deno.makeTempDirSync({ prefix: "clonecloud-demo-" });
// What was started ends with this process.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    Deno.removeSync(folder, { recursive: true });
    Deno.exit(signal === "SIGINT" ? 130 : 143);
  });
}
try {
  await using device = slowDevice(factor);
  say(`device: ${factor} times slower than this machine (by ${device.how}); link: ${values.link}`);
  const measuredFactor = factor === 1 ? 1 : await device.measure();
  const files = (bytes: number) => chooseInputs(PROJECT, bytes);
  await using other = slowDevice(factor);
  const sideBySide = factor >= SIDE_BY_SIDE_FACTOR && navigator.hardwareConcurrency > 1;
  const inputs = files(
    values.bytes === undefined
      ? await affordableBytes([device, other], files(0).learn, sideBySide)
      : Number(values.bytes),
  );
  const total = `${inputs.measure.length} files, ${(inputs.bytes / 1e6).toFixed(2)} MB`;
  const runAlone = () => runOn(other, ["run", ...APP_FLAGS, APP, ...inputs.measure], {});
  if (sideBySide) say(`alone, on one such device: scanning ${total} ... and meanwhile, on another:`);
  const meanwhile = sideBySide ? runAlone() : undefined;
  const home = `${folder}/device`;
  await using clone = await DemoPeer.start(MOD, {
    home: `${folder}/clone`,
    trust: await DemoPeer.idOf(MOD, home),
  });
  // It has been running for long when a person starts an app: its own start isn't what is shown.
  device.setFactor(1);
  await using own = await DemoPeer.start(MOD, { home, slow: device, lends: false });
  void own;
  device.setFactor(factor);
  const trace = `${folder}/trace.jsonl`;
  const env = { CLONECLOUD_HOME: home };
  const withClone = (files: readonly string[], more: readonly string[] = []) =>
    runOn(device, [
      "run",
      "-A",
      MOD,
      "run",
      "--clone",
      clone.address,
      "--link",
      values.link,
      ...more,
      ...APP_FLAGS.flatMap((flag) => ["--deno", flag]),
      APP,
      ...files,
    ], env);

  say("learning: two short runs on other files (what they teach is worked out in between, at full speed)");
  const learnt: Ran[] = [];
  for (const path of inputs.learn) {
    learnt.push(await withClone([path]));
    // It learns in the background when nobody waits: how long that takes a slow device isn't what is shown.
    device.setFactor(1);
    await runOn(device, ["run", "-A", MOD, "learn"], env);
    device.setFactor(factor);
  }
  say(`  ${learnt.map((ran) => `${ran.seconds.toFixed(1)} s`).join(", ")}`);
  say(`scanning ${total}, with the clone ...`);
  const cloned = await withClone(inputs.measure, ["--trace", trace]);
  say(`  ${cloned.seconds.toFixed(1)} s`);
  say("the same alone ...");
  const alone = await (meanwhile ?? runAlone());
  say(`  ${alone.seconds.toFixed(1)} s`);

  const same = alone.stdout === cloned.stdout && alone.code === cloned.code;
  const outcome = await readOutcome(trace);
  const result = {
    same_output: same,
    speedup: alone.seconds / cloned.seconds,
    migrations: outcome.migrations,
    alone_s: alone.seconds,
    clone_s: cloned.seconds,
    partition: outcome.methods,
    conditions: { factor, measured_factor: measuredFactor, link: values.link, ...outcome.conditions },
  };
  if (values.json) console.log(JSON.stringify(result));
  else printTable(result, outcome, cloned.stderr);
  if (!same) {
    console.error(
      `clonecloud: the outputs differ\n--- alone (exit ${alone.code})\n${alone.stdout}${alone.stderr}\n--- with the clone (exit ${cloned.code})\n${cloned.stdout}${cloned.stderr}`,
    );
    Deno.exitCode = 1;
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}
