/**
 * The paper's evaluation (§6) done again: three apps, three input sizes, a slow device, a clone, emulated links.
 *
 * For each cell: alone on the device, with the clone (the runtime decides), at the clone alone, and forced to the other
 * choice where the runtime stayed at home. The runtime learns from two runs on other inputs; nothing else is told it.
 */
import { parseArgs } from "node:util";
import { type LinkSpec, parseLink } from "../net/link/mod.ts";
import { DemoPeer } from "./demo_peer.ts";
import { type Away, energyOf, type Ran, readAway, runDeno } from "./paper_cell.ts";
import { FULL, type PaperApp, paperApps, QUICK } from "./paper_inputs.ts";
import { type Row, table } from "./paper_report.ts";
import { type SlowDevice, slowDevice } from "./slow_device.ts";

const PROJECT = new URL("../", import.meta.url);
const MOD = new URL("mod.ts", PROJECT).href;
const APP_FLAGS = ["--allow-read"];
/** Within this share both choices count as equal. */
const TIE = 0.05;

/** What is made to migrate where the runtime chose to stay, to know what that would have taken. */
const HEAVY: Readonly<Record<string, string>> = {
  virus_scan: "examples/virus_scan/main.ts#scanAll",
  image_search: "examples/image_search/main.ts#main",
  interest_profile: "examples/interest_profile/interest_profile.ts#profileOf",
};

/** A run that made no trace. */
const NOTHING = {
  awayMs: 0,
  workMs: 0,
  captureMs: 0,
  linkMs: 0,
  instantiateMs: 0,
  mergeMs: 0,
  upBytes: 0,
  downBytes: 0,
  fileBytes: 0,
};

const { values } = parseArgs({
  options: {
    full: { type: "boolean", default: false },
    factors: { type: "string" },
    links: { type: "string", default: "wifi,3g" },
    apps: { type: "string" },
    json: { type: "boolean", default: false },
    out: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(
    "deno task bench:paper [--full] [--factors 26,10,4] [--links wifi,3g,wifi-now] [--apps NAME,...] [--json] [--out FILE]",
  );
  Deno.exit(0);
}
const factors = (values.factors ?? (values.full ? "26,10,4" : "10")).split(",").map(Number);
const links = values.links.split(",").map((name) => ({ name, set: parseLink(name) }));
const say = (line: string) => console.error(line);
const rows: Row[] = [];
const folder = Deno.makeTempDirSync({ prefix: "clonecloud-paper-" });
try {
  const apps = paperApps(PROJECT, folder, values.full ? FULL : QUICK);
  const chosen = values.apps === undefined
    ? apps
    : apps.filter(({ name }) => values.apps!.split(",").includes(name));
  for (const factor of factors) await measureFactor(factor, chosen);
} finally {
  Deno.removeSync(folder, { recursive: true });
}
if (values.json) console.log(JSON.stringify(rows));
else console.log(table(rows));

/** Where the cells of one factor are measured. */
interface Lab {
  readonly device: SlowDevice;
  readonly home: string;
  readonly clone: string;
  readonly factor: number;
  readonly measuredFactor: number;
}

interface AppLab extends Lab {
  /** Seconds on the device of what can't move. */
  readonly staysS: number;
}

async function measureFactor(factor: number, apps: readonly PaperApp[]): Promise<void> {
  await using device = slowDevice(factor);
  const measuredFactor = await device.measure();
  const home = `${folder}/device${factor}`;
  say(`device ${factor} times slower (${measuredFactor.toFixed(1)} measured, by ${device.how})`);
  await using clone = await DemoPeer.start(MOD, {
    home: `${folder}/clone${factor}`,
    trust: await DemoPeer.idOf(MOD, home),
  });
  await using own = await DemoPeer.start(MOD, { home, slow: device });
  void own;
  const lab: Lab = { device, home, clone: clone.address, factor, measuredFactor };
  for (const app of apps) {
    // What must stay in any case: Deno and the app's modules start.
    const { seconds: staysS } = await runDeno(["run", ...APP_FLAGS, app.main, "--help"], { home, device });
    say(`${app.name}: ${staysS.toFixed(1)} s must stay; learning`);
    for (const args of app.learn) await withClone(lab, app, { args, link: links[0]!.name });
    for (const size of app.sizes) await measureSize({ ...lab, staysS }, app, size);
  }
}

async function measureSize(lab: AppLab, app: PaperApp, size: PaperApp["sizes"][number]): Promise<void> {
  const plain = ["run", ...APP_FLAGS, app.main, ...size.args];
  const there = await runDeno(plain, { home: lab.home });
  const alone = await runDeno(plain, { home: lab.home, device: lab.device });
  say(
    `${app.name}, ${size.name}: ${alone.seconds.toFixed(1)} s alone, ${
      there.seconds.toFixed(2)
    } s at the clone alone`,
  );
  for (const link of links) {
    const cloned = await withClone(lab, app, { args: size.args, link: link.name });
    const offloaded = cloned.away.migrations > 0;
    const forced = offloaded ? cloned : await withClone(lab, app, {
      args: size.args,
      link: link.name,
      migrate: HEAVY[app.name]!,
    });
    const same = [cloned, forced].every(({ ran }) => ran.stdout === alone.stdout && ran.code === alone.code);
    if (!same) say(`  ${link.name}: OUTPUTS DIFFER\n${cloned.ran.stdout}${cloned.ran.stderr}`);
    const row = rowOf({ lab, app, size: size.name, link, alone, there, cloned, forced, same });
    rows.push(row);
    if (values.out !== undefined) Deno.writeTextFileSync(values.out, JSON.stringify(rows, null, 1));
    say(
      `  ${link.name}: ${row.cc_s.toFixed(1)} s with the clone (${row.choice}, best ${row.best}), bound ${
        row.bound_s.toFixed(1)
      } s`,
    );
  }
}

interface Cloned {
  readonly ran: Ran;
  readonly away: Away;
}

async function withClone(
  { device, home, clone }: Lab,
  app: PaperApp,
  { args, link, migrate }: { args: readonly string[]; link: string; migrate?: string },
): Promise<Cloned> {
  const trace = `${folder}/trace.jsonl`;
  const ran = await runDeno([
    ...["run", "-A", MOD, "run", "--clone", clone, "--link", link, "--trace", trace],
    ...(migrate === undefined ? [] : ["--migrate", migrate]),
    ...APP_FLAGS.flatMap((flag) => ["--deno", flag]),
    ...[app.main, ...args],
  ], { home, device });
  const empty = { migrations: 0 } as const;
  let away: Away;
  try {
    away = readAway(trace);
    Deno.removeSync(trace);
  } catch {
    // A run that has nothing to migrate makes no trace.
    away = { ...empty, methods: [], conditions: undefined, predictedMs: 0, ...NOTHING };
  }
  return { ran, away };
}

interface Cell {
  readonly lab: AppLab;
  readonly app: PaperApp;
  readonly size: string;
  readonly link: { readonly name: string; readonly set: LinkSpec };
  readonly alone: Ran;
  readonly there: Ran;
  readonly cloned: Cloned;
  readonly forced: Cloned;
  readonly same: boolean;
}

function rowOf({ lab, app, size, link, alone, there, cloned, forced, same }: Cell): Row {
  const { away, ran } = cloned;
  const overheadMs = {
    capture: away.captureMs,
    link: away.linkMs,
    instantiate: away.instantiateMs,
    merge: away.mergeMs,
  };
  const { rttMs, upBytesPerSecond, downBytesPerSecond } = link.set;
  const transfer = ({ upBytes, downBytes, fileBytes }: Away) =>
    (upBytes + fileBytes) / upBytesPerSecond + downBytes / downBytesPerSecond;
  // The bound: what must stay, as slow as the device; what may move, at the clone's speed; the bytes; one round trip.
  const mayMove = forced.away.workMs / 1000;
  const bound = lab.staysS + mayMove + transfer(forced.away) + rttMs / 1000;
  const offloadS = forced.ran.seconds;
  const tie = Math.abs(offloadS - alone.seconds) <= TIE * Math.min(offloadS, alone.seconds);
  const tableName = lab.factor >= 20 ? "g1" : "phone";
  const network = link.name.startsWith("3g") ? "cellular" as const : "wifi" as const;
  return {
    app: app.name,
    size,
    device_factor: lab.factor,
    device_factor_measured: lab.measuredFactor,
    link: link.name,
    files: forced.away.fileBytes > 0 ? "cold" : "synced",
    alone_s: alone.seconds,
    cc_s: ran.seconds,
    clone_s: there.seconds,
    offload_s: offloadS,
    stays_s: lab.staysS,
    moves_s: mayMove,
    bound_s: Math.min(bound, alone.seconds),
    choice: away.migrations > 0 ? "O" : "M",
    best: tie ? "tie" : offloadS < alone.seconds ? "O" : "M",
    predicted_s: away.predictedMs === undefined
      ? null
      : ran.seconds + (away.predictedMs - away.awayMs - away.captureMs - away.mergeMs) / 1000,
    migrations: away.migrations,
    methods: away.methods,
    overhead_ms: overheadMs,
    bytes: { up: away.upBytes, down: away.downBytes, files: away.fileBytes },
    energy_alone_j: energyOf({ seconds: alone.seconds }, { table: tableName, network }),
    energy_cc_j: energyOf(
      { seconds: ran.seconds, awayS: away.awayMs / 1000, transferS: transfer(away) },
      { table: tableName, network },
    ),
    link_set: { ...link.set },
    link_measured: away.conditions ?? forced.away.conditions ?? null,
    same_output: same,
  };
}
