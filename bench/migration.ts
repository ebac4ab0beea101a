/**
 * What one migration costs when there is nothing to do: an empty method on a warm session with a clone on this machine,
 * step by step, beside a bare libp2p round trip. Run with `deno task bench:migration [--json]`.
 *
 * The totals come from a run without `--trace`, the steps from one with it, which makes each call slower.
 */
import { noise } from "@chainsafe/libp2p-noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { createLibp2p } from "libp2p";

const CALLS = 2000;
/** Calls before the session and its code are warm: in four processes the engine compiles until then. */
const WARM_UP = 1000;
const ECHO = "/bench/echo/1.0.0";
const PAYLOAD_BYTES = 100;
const APP = new URL("./migration_app/", import.meta.url).pathname;
const MAIN = new URL("../mod.ts", import.meta.url).pathname;

interface Row {
  readonly step: string;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

/** Runs the app; how long each warm call took. */
async function runApp(home: string, options: readonly string[]): Promise<number[]> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", MAIN, "run", "--quiet", "--clone", "spawn", "--home", home],
      ...["--migrate", "service.ts#Service.nothing", ...options, "main.ts", String(CALLS)],
    ],
    cwd: APP,
    stdin: "null",
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`Cannot measure: the app ended with exit code ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout)).slice(WARM_UP);
}

function row(step: string, times: readonly number[]): Row {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))]! * 1000) / 1000;
  return { step, p50_ms: at(0.5), p99_ms: at(0.99) };
}

async function steps(home: string): Promise<Row[]> {
  const trace = `${home}/trace.jsonl`;
  const totals = await runApp(home, ["--trace", trace]);
  const events = (await Deno.readTextFile(trace)).trim().split("\n").map((line) => JSON.parse(line));
  const of = (event: string) => events.filter((item) => item.event === event).slice(WARM_UP);
  const [captures, merges] = [of("capture"), of("merge")];
  if (merges.length !== totals.length) {
    throw new Error(`Cannot measure: only ${merges.length} calls migrated`);
  }
  const there = (item: any) => item.clone.accept + item.clone.run + item.clone.capture;
  return [
    row("decide", merges.map((item, i) => totals[i]! - item.away - item.ms - captures[i]!.ms)),
    row("capture", captures.map(({ ms }) => ms)),
    row("ship and return", merges.map((item) => item.away - there(item))),
    row("clone: accept", merges.map(({ clone }) => clone.accept)),
    row("clone: run", merges.map(({ clone }) => clone.run)),
    row("clone: capture", merges.map(({ clone }) => clone.capture)),
    row("merge", merges.map(({ ms }) => ms)),
    row("total, traced", totals),
  ];
}

/** Round trips over one stream between two libp2p nodes, as people would build it without us. */
async function bareRoundTrips(): Promise<number[]> {
  const node = (listen: string[]) =>
    createLibp2p({
      addresses: { listen },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
    });
  const [here, there] = await Promise.all([node([]), node(["/ip4/127.0.0.1/tcp/0"])]);
  await there.handle(ECHO, (stream) => {
    stream.addEventListener("message", ({ data }) => void stream.send(data));
  });
  const stream = await here.dialProtocol(there.getMultiaddrs()[0]!, ECHO);
  const ms: number[] = [];
  for (let i = 0; i < CALLS; i++) {
    const started = performance.now();
    const answered = new Promise((resolve) => stream.addEventListener("message", resolve, { once: true }));
    stream.send(new Uint8Array(PAYLOAD_BYTES));
    await answered;
    ms.push(performance.now() - started);
  }
  await Promise.all([here.stop(), there.stop()]);
  return ms.slice(WARM_UP);
}

const home = await Deno.makeTempDir();
try {
  const rows = [...await steps(home), row("total", await runApp(home, []))];
  const bare = row("bare libp2p round trip", await bareRoundTrips());
  const ratio = rows.at(-1)!.p50_ms / bare.p50_ms;
  if (Deno.args.includes("--json")) console.log(JSON.stringify({ rows, bare, ratio }, null, 2));
  else {
    console.table(Object.fromEntries([...rows, bare].map(({ step, ...ms }) => [step, ms])));
    console.log(`An empty method takes ${ratio.toFixed(1)} bare round trips.`);
  }
} finally {
  await Deno.remove(home, { recursive: true });
}
// libp2p's own timers would keep the process alive.
Deno.exit(0);
