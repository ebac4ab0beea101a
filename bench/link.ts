/**
 * How fast a packet goes from an app to its guest, against one bare libp2p stream with the same options between two processes:
 * `deno task bench:link --json`. Ours passes two local sockets more: app to peer, peer to guest.
 */
import { startPeer } from "../net/mod.ts";
import {
  decodeJson,
  encodeJsonFrame,
  FrameDecoder,
  frameHeader,
  MIGRATE,
  RETURN,
  SESSION_VERSION,
} from "../runtime/mod.ts";
import { farEnd, openBareStream } from "./bare_stream.ts";

const PACKET_BYTES = 64 * 2 ** 20;
const ROUNDS = 9;
const PIECE_BYTES = 64 * 1024;

/** Sends one packet; milliseconds until the other end has it all. */
type Send = (packet: Uint8Array) => Promise<number>;

async function bare(): Promise<{ send: Send; child: Deno.ChildProcess }> {
  const { send, child } = await openBareStream();
  return {
    send: async (packet) => {
      const start = performance.now();
      await send(packet);
      return performance.now() - start;
    },
    child,
  };
}

async function ours(): Promise<{ send: Send; child: Deno.ChildProcess }> {
  const device = await startPeer({ home: await Deno.makeTempDir(), serve: false, mdns: false });
  const { address, child } = await farEnd("clone", device.id);
  const conn = await Deno.connect({ transport: "unix", path: (await device.listenLocal()).path });
  const decoder = new FrameDecoder();
  const next = async (kind: number) => {
    const buffer = new Uint8Array(PIECE_BYTES);
    let last = "it said nothing";
    for (;;) {
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
        if (frame.kind === 0) last = new TextDecoder().decode(frame.payload);
        if (frame.kind === kind && (kind !== 0 || "ok" in (decodeJson(frame.payload) as object))) {
          return frame;
        }
      }
      const count = await conn.read(buffer);
      if (count === null) throw new Error(`The session ended in the middle of a packet: ${last}`);
      decoder.push(buffer.slice(0, count));
    }
  };
  const write = async (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
  };
  const request = {
    op: "session",
    sessionVersion: SESSION_VERSION,
    clones: [address],
    app: "bench",
    deno: Deno.version.deno,
  };
  await write(encodeJsonFrame(0, request));
  const { payload } = await next(0);
  if ((decodeJson(payload) as { ok: boolean }).ok !== true) {
    throw new Error(new TextDecoder().decode(payload));
  }
  const send: Send = async (packet) => {
    const start = performance.now();
    const sent = write(frameHeader(MIGRATE, packet.length)).then(() => write(packet));
    await next(RETURN);
    await sent;
    return performance.now() - start;
  };
  return { send, child };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;
const sides = { ours: await ours(), bare: await bare() };
const packet = crypto.getRandomValues(new Uint8Array(PIECE_BYTES));
const whole = new Uint8Array(PACKET_BYTES).map((_, i) => packet[i % PIECE_BYTES]!);
const times = { ours: [] as number[], bare: [] as number[] };
for (let round = -1; round < ROUNDS; round++) {
  for (const side of ["bare", "ours"] as const) {
    const ms = await sides[side].send(whole);
    if (round >= 0) times[side].push(ms);
  }
}
for (const { child } of Object.values(sides)) child.kill("SIGKILL");
// Of what was sent one right after the other: the machine's pace changes from minute to minute.
const ratios = times.bare.map((ms, round) => ms / times.ours[round]!);
const rate = (ms: number) => Math.round(PACKET_BYTES / 2 ** 20 / ms * 1000 * 10) / 10;
const [own, baseline] = [rate(median(times.ours)), rate(median(times.bare))];
const result = {
  what: "MiB/s of a 64 MiB packet from app to guest, against one libp2p stream with the same options",
  ours: own,
  bare: baseline,
  ratio: Math.round(median(ratios) * 100) / 100,
};
if (Deno.args.includes("--json")) console.log(JSON.stringify(result));
else console.log(`${result.what}: ${own} against ${baseline}, ratio ${result.ratio}`);
Deno.exit(0);
