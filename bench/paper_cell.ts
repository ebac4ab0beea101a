import { POWER_TABLES, powerLevels } from "../analysis/mod.ts";
import { signalGroup } from "./process_group.ts";
import type { SlowDevice } from "./slow_device.ts";

/** A program that has ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** It was ended when its time was over. */
  readonly cut: boolean;
}

/** Runs a Deno command on a device, no longer than so many seconds. */
export async function runDeno(
  args: readonly string[],
  { device, home, seconds }: { device: SlowDevice; home: string; seconds?: number | undefined },
): Promise<Ran> {
  const started = performance.now();
  const child = device.spawn([Deno.execPath(), ...args], {
    env: { CLONECLOUD_HOME: home, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  let cut = false;
  const timer = seconds === undefined ? undefined : setTimeout(() => {
    cut = true;
    signalGroup(child.pid, "SIGKILL"); // asked to end, an app that waits for a slow link takes its time
  }, seconds * 1000);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const took = (performance.now() - started) / 1000;
  return { code, stdout: text(stdout), stderr: text(stderr), seconds: took, cut };
}

/** What a traced run's migrations came to, all together; milliseconds and bytes. */
export interface Away {
  readonly migrations: number;
  readonly methods: readonly string[];
  /** From handing over to having the answer, and of that the clone's own work. */
  readonly awayMs: number;
  readonly workMs: number;
  /** §6's parts of the overhead: capture here, everything on the link, making live and capturing there, merge here. */
  readonly captureMs: number;
  readonly linkMs: number;
  readonly instantiateMs: number;
  readonly mergeMs: number;
  /** What crossed the link: state, and files that the clone lacked. */
  readonly upBytes: number;
  readonly downBytes: number;
  readonly fileBytes: number;
  /** What the decisions to migrate predicted for these invocations; undefined if they were forced. */
  readonly predictedMs: number | undefined;
  /** As measured on the link. */
  readonly conditions: Readonly<Record<string, number>> | undefined;
}

/** A run in which nothing migrated. */
export const NOT_AWAY: Away = {
  migrations: 0,
  methods: [],
  awayMs: 0,
  workMs: 0,
  captureMs: 0,
  linkMs: 0,
  instantiateMs: 0,
  mergeMs: 0,
  upBytes: 0,
  downBytes: 0,
  fileBytes: 0,
  predictedMs: 0,
  conditions: undefined,
};

/** Reads a trace. */
export function readAway(path: string): Away {
  const events = Deno.readTextFileSync(path).trim().split("\n").filter(Boolean).map((line) =>
    JSON.parse(line)
  );
  const merges = events.filter(({ event }) => event === "merge");
  const total = (list: any[], value: (event: any) => number | undefined) =>
    list.reduce((sum: number, event) => sum + (value(event) ?? 0), 0);
  const awayMs = total(merges, ({ away }) => away);
  const workMs = total(merges, ({ clone }) => clone?.run);
  const instantiateMs = total(merges, ({ clone }) => clone.accept + clone.capture);
  const decided = events.filter(({ event, migrate }) => event === "decide" && migrate);
  return {
    migrations: merges.length,
    methods: [...new Set(merges.map(({ method }) => method))],
    awayMs,
    workMs,
    captureMs: total(events.filter(({ event }) => event === "capture"), ({ ms }) => ms),
    linkMs: awayMs - workMs - instantiateMs,
    instantiateMs,
    mergeMs: total(merges, ({ ms }) => ms),
    upBytes: total(merges, ({ up }) => up),
    downBytes: total(merges, ({ down }) => down),
    fileBytes: total(merges, ({ fileBytesSent }) => fileBytesSent),
    predictedMs: decided.some(({ reason }) => reason === "forced")
      ? undefined
      : total(decided, ({ thereMs }) => thereMs),
    conditions: merges.at(-1)?.conditions,
  };
}

/** Energy of a run at the device, joules, **modelled** (§3.2); by how the device is used meanwhile. */
export interface Energy {
  readonly screen_on: number;
  readonly screen_off: number;
  /** The screen off, and the device asleep while a thread is away. */
  readonly deep_sleep: number;
}

/** What a run costs: computing, except while a thread is away; sending and receiving for as long as its bytes take. */
export function energyOf(
  { seconds, awayS = 0, transferS = 0 }: { seconds: number; awayS?: number; transferS?: number },
  { table, network }: { table: string; network: "wifi" | "cellular" },
): Energy {
  const of = (screen: "on" | "off", sleepsWhileAway: boolean) => {
    const power = powerLevels({ table: POWER_TABLES[table]!, screen, network, sleepsWhileAway });
    const moving = Math.min(transferS, awayS);
    return (seconds - awayS) * power.computeW + (awayS - moving) * power.waitW + moving * power.migrateW;
  };
  return { screen_on: of("on", false), screen_off: of("off", false), deep_sleep: of("off", true) };
}
