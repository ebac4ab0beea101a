/**
 * Sending files to a clone, against `rsync -z` to a daemon, in the same run and through the same proxy, which counts bytes
 * and can be as slow as the paper's WiFi.
 *
 * deno run -A bench/files.ts [--full] [--link NAME]... [--case NAME]... [--json]
 *
 * Needs Debian's rsync. Both ends run before the clock starts: rsync's daemon, and the two peers. What they leave is not
 * the same: rsync has a folder there, a clone has contents by hash and folders that name them.
 */
import { parseArgs } from "node:util";
import {
  type LinkSpec,
  parseLink,
  type Peer,
  pushTree,
  readTreeIndex,
  startPeer,
  writeTreeIndex,
} from "../net/mod.ts";
import { openBareStream, type SendBare } from "./bare_stream.ts";
import { CountingProxy } from "./counting_proxy.ts";

interface Row {
  readonly case: string;
  readonly link: string;
  readonly ours_s: number;
  readonly rsync_s: number;
  readonly ours_bytes: number;
  readonly rsync_bytes: number;
  /** As many bytes as ours, over a bare libp2p stream with the same options: no sooner can ours be there. */
  readonly bare_s: number;
}

interface Sizes {
  readonly files: number;
  readonly bigBytes: number;
  readonly unchanged: number;
}

const QUICK: Sizes = { files: 500, bigBytes: 4 * 2 ** 20, unchanged: 5_000 };
const FULL: Sizes = { files: 5_000, bigBytes: 256 * 2 ** 20, unchanged: 50_000 };
const LOOPBACK: LinkSpec = { rttMs: 0, upBytesPerSecond: Infinity, downBytesPerSecond: Infinity };

/** What changes, and the case that it is then; cases of one folder follow each other. */
const CASES: Readonly<
  Record<string, readonly (readonly [name: string, change: (folder: string) => void])[]>
> = {
  tree: [
    ["first-tree", (tree) => makeTree(tree, sizes.files)],
    ["rename-tree", renameAll],
    ["scattered-edits", editTree],
  ],
  big: [
    ["first-big", (big) => writeNoise(`${big}/file`, sizes.bigBytes)],
    ["front-insert", (big) => insertInFront(`${big}/file`)],
    ["scattered-edits-big", (big) => editBig(`${big}/file`)],
  ],
  many: [
    ["first-many", (many) => makeSmall(many, sizes.unchanged)],
    ["unchanged", () => {}],
  ],
};

/** Those cases, or all; what they build on is sent as well. */
async function runCases(bench: Bench, wanted: readonly string[]): Promise<void> {
  for (const [name, cases] of Object.entries(CASES)) {
    const last = cases.findLastIndex(([item]) => wanted.length === 0 || wanted.includes(item));
    if (last < 0) continue;
    const folder = `${bench.base}/${name}`;
    Deno.mkdirSync(folder);
    for (const [item, change] of cases.slice(0, last + 1)) {
      change(folder);
      if (wanted.length === 0 || wanted.includes(item)) await bench.measure(item, folder);
      else await bench.send(folder);
    }
  }
}

function renameAll(tree: string): void {
  Deno.mkdirSync(`${tree}/renamed`);
  for (const { name } of [...Deno.readDirSync(tree)]) {
    if (name !== "renamed") Deno.renameSync(`${tree}/${name}`, `${tree}/renamed/${name}`);
  }
}

/** Real source files, as they lie in the dependencies. */
function makeTree(to: string, count: number): void {
  let left = count;
  const copy = (from: string, below: string) => {
    for (const { name, isFile, isDirectory } of Deno.readDirSync(from)) {
      if (left <= 0) return;
      if (isDirectory) copy(`${from}/${name}`, `${below}/${name}`);
      else if (isFile && /\.([cm]?[jt]s|json|md)$/.test(name)) {
        Deno.mkdirSync(`${to}${below}`, { recursive: true });
        Deno.copyFileSync(`${from}/${name}`, `${to}${below}/${name}`);
        left--;
      }
    }
  };
  copy(new URL("../node_modules/.deno", import.meta.url).pathname, "");
}

function makeSmall(to: string, count: number): void {
  for (let i = 0; i < count; i++) {
    if (i % 500 === 0) Deno.mkdirSync(`${to}/${i / 500}`, { recursive: true });
    Deno.writeTextFileSync(`${to}/${Math.floor(i / 500)}/${i}`, `file ${i}\n`);
  }
}

function writeNoise(path: string, bytes: number): void {
  using file = Deno.openSync(path, { write: true, create: true });
  const part = new Uint8Array(65_536);
  for (let at = 0; at < bytes; at += part.length) file.writeSync(crypto.getRandomValues(part));
}

function insertInFront(path: string): void {
  const bytes = Deno.readFileSync(path);
  using file = Deno.openSync(path, { write: true, truncate: true });
  for (const part of [Uint8Array.of(1), bytes]) {
    for (let at = 0; at < part.length;) at += file.writeSync(part.subarray(at));
  }
}

/** A line in every fiftieth file. */
function editTree(tree: string): void {
  let i = 0;
  const edit = (folder: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      if (isDirectory) edit(`${folder}/${name}`);
      else if (i++ % 50 === 0) Deno.writeTextFileSync(`${folder}/${name}`, "\n// edited\n", { append: true });
    }
  };
  edit(tree);
}

/** Twenty spots. */
function editBig(big: string): void {
  const { size } = Deno.statSync(big);
  using file = Deno.openSync(big, { write: true });
  for (let spot = 0; spot < 20; spot++) {
    file.seekSync(Math.floor(size * (spot + 0.5) / 20), Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode("edited"));
  }
  // As long as before and of the same second, rsync takes it for unchanged.
  const later = new Date(Date.now() + 2_000);
  file.utimeSync(later, later);
}

/** A device's peer in this process, a clone's and an rsync daemon in their own, each behind a proxy. */
class Bench implements AsyncDisposable {
  readonly base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "bench-files-" }));
  readonly #link: string;
  readonly #ends: (() => Promise<unknown> | unknown)[] = [];
  #device!: Peer;
  #address!: string;
  #ours!: CountingProxy;
  #rsync!: CountingProxy;
  #bare!: CountingProxy;
  #sendBare!: SendBare;

  private constructor(link: string) {
    this.#link = link;
    this.#ends.push(() => Deno.removeSync(this.base, { recursive: true }));
  }

  static async start(link: string, spec: LinkSpec): Promise<Bench> {
    const bench = new Bench(link);
    await bench.#startPeers(spec);
    await bench.#startDaemon(spec);
    await bench.#startBare(spec);
    return bench;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }

  /** Sends a folder both ways and prints the row. */
  async measure(name: string, folder: string): Promise<void> {
    const [ours_s, ours_bytes] = await timed(this.#ours, () => this.#push(folder));
    const [rsync_s, rsync_bytes] = await timed(this.#rsync, () => this.#sync(folder));
    const noise = crypto.getRandomValues(new Uint8Array(65_536));
    const as = new Uint8Array(Math.max(4, ours_bytes)).map((_, i) => noise[i % noise.length]!);
    const [bare_s] = await timed(this.#bare, () => this.#sendBare(as));
    const row: Row = { case: name, link: this.#link, ours_s, rsync_s, ours_bytes, rsync_bytes, bare_s };
    if (values.json) console.log(JSON.stringify(row));
    else {
      const ratio = (ours_s / rsync_s).toFixed(2);
      const text =
        `ours ${ours_s} s, ${ours_bytes} bytes; rsync ${rsync_s} s, ${rsync_bytes} bytes; ${ratio} of its time; bare ${bare_s} s`;
      console.log(`${name} over ${this.#link}: ${text}`);
    }
  }

  /** Sends a folder both ways. */
  async send(folder: string): Promise<void> {
    await this.#push(folder);
    await this.#sync(folder);
  }

  async #push(folder: string): Promise<void> {
    const { client } = await this.#device.openFiles(this.#address);
    const path = `${this.base}/${folder.replaceAll("/", "_")}.json`;
    const index = await readTreeIndex(path);
    await pushTree(folder, client, { index });
    await writeTreeIndex(path, index);
    await client.close();
  }

  async #sync(folder: string): Promise<void> {
    const name = folder.split("/").at(-1)!;
    const target = `rsync://127.0.0.1:${this.#rsync.port}/bench/${name}/`;
    const args = ["-az", "--delete", `${folder}/`, target];
    const { success, stderr } = await new Deno.Command("rsync", { args }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }

  async #startPeers(spec: LinkSpec): Promise<void> {
    this.#device = await startPeer({ home: `${this.base}/device`, serve: false, mdns: false });
    this.#ends.push(() => this.#device.stop());
    const listen = "/ip4/127.0.0.1/tcp/0";
    const main = new URL("../mod.ts", import.meta.url).pathname;
    const clone = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        main,
        "peer",
        "--home",
        `${this.base}/clone`,
        "--listen",
        listen,
        "--trust",
        this.#device.id,
      ],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#ends.push(() => (clone.kill("SIGTERM"), clone.status));
    const [, port, id] = await firstMatch(clone.stdout, /\/ip4\/127\.0\.0\.1\/tcp\/(\d+)\/p2p\/(\w+)/);
    this.#ours = await CountingProxy.start(Number(port), spec);
    this.#ends.push(() => this.#ours.close());
    this.#address = `/ip4/127.0.0.1/tcp/${this.#ours.port}/p2p/${id}`;
  }

  async #startDaemon(spec: LinkSpec): Promise<void> {
    const there = `${this.base}/there`;
    Deno.mkdirSync(there);
    const root = Deno.uid() === 0 ? "uid = root\ngid = root\n" : "";
    const config = `${this.base}/rsyncd.conf`;
    Deno.writeTextFileSync(config, `use chroot = no\n[bench]\npath = ${there}\nread only = no\n${root}`);
    const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = probe.addr as Deno.NetAddr;
    probe.close();
    const args = ["--daemon", "--no-detach", `--config=${config}`, `--port=${port}`, "--address=127.0.0.1"];
    const daemon = new Deno.Command("rsync", { args, stdin: "null" }).spawn();
    this.#ends.push(() => (daemon.kill("SIGTERM"), daemon.status));
    while (!await answers(port)) await new Promise((resolve) => setTimeout(resolve, 20));
    this.#rsync = await CountingProxy.start(port, spec);
    this.#ends.push(() => this.#rsync.close());
  }

  async #startBare(spec: LinkSpec): Promise<void> {
    const { send, child } = await openBareStream(async (port) => {
      this.#bare = await CountingProxy.start(port, spec);
      return this.#bare.port;
    });
    this.#ends.push(() => (child.kill("SIGKILL"), child.status), () => this.#bare.close());
    this.#sendBare = send;
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

async function firstMatch(stream: ReadableStream<Uint8Array>, pattern: RegExp): Promise<RegExpExecArray> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream() as never) as AsyncIterable<string>) {
    const match = pattern.exec(text += part);
    if (match !== null) return match;
  }
  throw new Error(`Cannot start the clone: ${text}`);
}

async function timed(proxy: CountingProxy, perform: () => Promise<void>): Promise<[number, number]> {
  const [started, before] = [performance.now(), proxy.bytes];
  await perform();
  const seconds = Math.round(performance.now() - started) / 1000;
  return [seconds, proxy.bytes - before];
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    full: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    case: { type: "string", multiple: true, default: [] },
    link: { type: "string", multiple: true, default: ["loopback", "wifi"] },
  },
});
const sizes = values.full ? FULL : QUICK;
for (const link of values.link) {
  const spec = link === "loopback" ? LOOPBACK : parseLink(link);
  await using bench = await Bench.start(link, spec);
  await runCases(bench, values.case);
}
Deno.exit(0);
