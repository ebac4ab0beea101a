/**
 * A device that is trusted and says whatever it likes, on every protocol of a clone: `deno run -A tests/hostile_device.ts SECONDS [SEED]`
 * tells what became of the clone, which is a process of its own.
 */
import type { Connection, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { FILES_PROTOCOL } from "../net/files/mod.ts";
import { LINK_PROTOCOL } from "../net/link/mod.ts";
import { INFO_PROTOCOL, SESSION_PROTOCOL } from "../net/peer/constants.ts";
import type { Host } from "../net/peer/host.ts";
import { PAIR_PROTOCOL } from "../net/trust/mod.ts";
import { encodeFrame, encodeJsonFrame, SESSION_VERSION } from "../runtime/mod.ts";
import { bounded } from "./bounded.ts";
import { Scene } from "./net_fixtures.ts";

const PROTOCOLS = [
  ...[SESSION_PROTOCOL, LINK_PROTOCOL, INFO_PROTOCOL, FILES_PROTOCOL, PAIR_PROTOCOL],
  ...["/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0"],
];
/** Streams at once; some are never ended. */
const WIDTH = 12;
/** A clone answers within this time, however busy it is. */
const ANSWER_MS = 20_000;
/** Whatever else is waited for comes within this time, on a busy machine too. */
const STEP_MS = 60_000;

/** What a clone was like under fire. */
export interface Outcome {
  readonly attacks: number;
  /** Whether it lived, and answered a good device's question afterwards. */
  readonly lives: boolean;
  readonly answers: boolean;
  readonly startMiB: number;
  readonly mostMiB: number;
  /** Guests that are left once the hostile device is gone. */
  readonly guests: number;
  /** What it wrote to stderr. */
  readonly said: string;
}

/** Deterministic numbers from a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Byte sequences that no peer in order sends, or only in part. */
class Sayings {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  below(most: number): number {
    return Math.floor(this.#random() * most);
  }

  one<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bytes(most: number): Uint8Array {
    return Uint8Array.from({ length: this.below(most) }, () => this.below(256));
  }

  /** What a stream is sent, piece by piece. */
  next(): Uint8Array[] {
    const say = this.one([
      () => [this.bytes(4096)],
      () => Array.from({ length: this.below(20) }, () => encodeFrame(this.below(40), this.bytes(200))),
      // Announces more than it sends, up to what nobody can hold.
      () => [this.#header(this.one([0, 1, 2 ** 16, 2 ** 22, 2 ** 28, 2 ** 32 - 1]), this.below(40))],
      () => [this.#bomb()],
      () => [this.#hello(), ...this.next()],
      () => [
        this.#hello(),
        encodeFrame(16, this.bytes(100)),
        encodeFrame(17, this.bytes(2000)),
        ...this.next(),
      ],
      // A message cut off.
      () => [this.#hello().subarray(0, this.below(60))],
      () => [this.#many()],
    ]);
    return say();
  }

  #header(length: number, kind: number): Uint8Array {
    const bytes = new Uint8Array(5 + this.below(100));
    new DataView(bytes.buffer).setUint32(0, length);
    bytes[4] = kind;
    return bytes;
  }

  /** Takes much more memory, or depth, than its bytes. */
  #bomb(): Uint8Array {
    const most = 60_000;
    const text = this.one([
      "[".repeat(most),
      `{"a":`.repeat(most / 5),
      `{"sessionVersion":${"9".repeat(most)}}`,
      `{"__proto__":{"ok":true},"constructor":{"prototype":{}},"code":"${"1".repeat(1000)}"}`,
      JSON.stringify({ sessionVersion: SESSION_VERSION, deno: "x".repeat(most), app: "\u001b]0;x\u0007" }),
      JSON.stringify(Array.from({ length: most / 2 }, () => 1)),
    ]);
    return encodeFrame(this.below(2) === 0 ? 0 : this.below(30), new TextEncoder().encode(text));
  }

  /** Many small ones at once. */
  #many(): Uint8Array {
    const frame = this.one([
      encodeFrame(1, new Uint8Array(8)),
      encodeFrame(5, new Uint8Array(4)),
      encodeFrame(1, new Uint8Array(32)),
    ]);
    const bytes = new Uint8Array(frame.length * 2000);
    for (let i = 0; i < 2000; i++) bytes.set(frame, i * frame.length);
    return bytes;
  }

  #hello(): Uint8Array {
    const field = <T>(right: T) => this.below(8) === 0 ? this.one([null, [], {}, -1, "\u0000"]) : right;
    return encodeJsonFrame(0, {
      sessionVersion: field(SESSION_VERSION),
      deno: field(Deno.version.deno),
      app: field("x.ts"),
      locale: this.one([undefined, "en", "../../etc", "x".repeat(500)]),
      timeZone: this.one([undefined, "UTC", "../../../etc/passwd", 7]),
    });
  }
}

/** Opens one stream, says something, and ends it in some way, or leaves it. */
async function attack(connection: Connection, sayings: Sayings): Promise<void> {
  const stream: Stream = await connection.newStream(sayings.one(PROTOCOLS), {
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  // Some answers are read; those of others pile up as far as the clone lets them.
  if (sayings.below(2) === 0) stream.addEventListener("message", () => {});
  for (const piece of sayings.next()) {
    if (stream.status !== "open") return;
    const slow = sayings.below(50) === 0;
    for (let at = 0; at < piece.length && stream.status === "open"; at += slow ? 1 : piece.length) {
      stream.send(piece.subarray(at, slow ? at + 1 : undefined));
      if (slow) await new Promise((resolve) => setTimeout(resolve, 2));
      if (slow && at > 50) break;
    }
  }
  const end = sayings.below(4);
  if (end === 0) stream.abort(new Error("bored"));
  else if (end < 3) {
    await stream.close({ signal: AbortSignal.timeout(500) }).catch(() => stream.abort(new Error()));
  }
}

/** Attacks until the time is over: how often. */
async function attackFor(
  host: Host,
  address: string,
  options: { seconds: number; seed: number },
): Promise<number> {
  const until = performance.now() + options.seconds * 1000;
  let attacks = 0;
  await Promise.all(Array.from({ length: WIDTH }, async (_, i) => {
    const sayings = new Sayings(randomOf(options.seed * 1000 + i));
    while (performance.now() < until) {
      attacks++;
      try {
        await attack(
          await host.dial(multiaddr(address), { signal: AbortSignal.timeout(ANSWER_MS) }),
          sayings,
        );
      } catch {
        // It was cut off, as it should be; and now and then it goes itself.
      }
      if (sayings.below(100) === 0) { for (const one of host.getConnections()) one.abort(new Error("gone")); }
    }
  }));
  return attacks;
}

function residentMiB(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
  return Number(kib ?? 0) / 1024;
}

/** Lets a hostile device at a clone with real guests; tells what became of the clone. */
export async function attacked(options: { seconds: number; seed: number }): Promise<Outcome> {
  await using scene = new Scene();
  const [hostile, good] = [await scene.host(), await scene.peer({ serve: false })];
  const home = await scene.home();
  const { child, address, said } = await scene.peerProcess(home, [
    ...["--no-dashboard", "--trust", hostile.peerId.toString(), "--trust", good.id],
  ]);
  let lives = true;
  child.status.then(() => lives = false);
  const startMiB = residentMiB(child.pid);
  let mostMiB = startMiB;
  const timer = setInterval(() => {
    if (lives) mostMiB = Math.max(mostMiB, residentMiB(child.pid));
  }, 200);
  try {
    const attacks = await bounded(
      "attacking",
      options.seconds * 1000 + STEP_MS,
      attackFor(hostile, address, options),
    );
    await bounded("the hostile device's end", STEP_MS, hostile.stop());
    const app = await bounded("the good device's asking", STEP_MS, scene.app(good, { clones: [address] }));
    const answers = await Promise.race([
      app.message().then((reply) => reply?.ok === true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), ANSWER_MS)),
    ]);
    app.close();
    const guests = await bounded("the clone's answer about its guests", STEP_MS, guestsLeft(home));
    const alive = lives;
    if (alive) child.kill("SIGTERM");
    const words = await bounded("the clone's end", STEP_MS, said);
    return { attacks, lives: alive, answers, startMiB, mostMiB, guests, said: words };
  } finally {
    clearInterval(timer);
  }
}

/** Guests of the peer that serves a home, once there are no more to go. */
async function guestsLeft(home: string): Promise<number> {
  const { connectLocal, openHome } = await import("../net/mod.ts");
  let guests = Infinity;
  for (let i = 0; i < 100 && guests > 0; i++) {
    const client = await connectLocal(await openHome(home));
    if (client === undefined) return -1;
    guests = ((await client.request({ op: "status" })).guests as unknown[]).length;
    client.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return guests;
}

if (import.meta.main) {
  const [seconds = 60, seed = Date.now() % 1e6] = Deno.args.map(Number);
  console.log(JSON.stringify({ seed, ...await attacked({ seconds, seed }) }));
  Deno.exit(0);
}
