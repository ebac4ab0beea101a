/**
 * How fast a packet goes from an app to its guest, against one bare libp2p stream with the same options between two processes:
 * `deno task bench:link --json`. Ours goes on to the guest, by a copy into the kernel and one out; and where the device's peer is a
 * process of its own that doesn't serve the run (`throughPeer`), it comes there the same way.
 */
import { type Channel, ControlChannel, memoryChannelPair, socketChannel } from "../net/channel/mod.ts";
import { startPeer } from "../net/mod.ts";
import { FrameDecoder, frameHeader, MIGRATE, RETURN, SESSION_VERSION } from "../runtime/mod.ts";
import { farEnd, openBareStream } from "./bare_stream.ts";

const PACKET_BYTES = 64 * 2 ** 20;
const ROUNDS = 9;

interface Side {
  /** Sends one packet; resolves when the other end has it all. */
  send(packet: Uint8Array): Promise<void>;
  readonly children: readonly Deno.ChildProcess[];
}

async function bare(): Promise<Side> {
  const { send, child } = await openBareStream();
  return { send, children: [child] };
}

/** The peer is in the app's supervisor: it serves the run, or none runs. */
async function hosted(): Promise<Side> {
  const device = await startPeer({ home: await Deno.makeTempDir(), serve: false, mdns: false });
  const clone = await farEnd("clone", device.id);
  const [own, theirs] = memoryChannelPair();
  device.serveLocal(theirs);
  return { send: await session(own, clone.said), children: [clone.child] };
}

async function throughPeer(): Promise<Side> {
  const device = await farEnd("device");
  const [id, path] = device.said.split(" ");
  const clone = await farEnd("clone", id!);
  const conn = await Deno.connect({ transport: "unix", path: path! });
  return { send: await session(socketChannel(conn), clone.said), children: [device.child, clone.child] };
}

/** Opens a session with a clone; what it gives sends one packet to the guest. */
async function session(channel: Channel, clone: string): Promise<Side["send"]> {
  const control = new ControlChannel(channel);
  control.send({
    op: "session",
    sessionVersion: SESSION_VERSION,
    clones: [clone],
    app: "bench",
    deno: Deno.version.deno,
  });
  const reply = await control.receive();
  if (reply?.ok !== true) throw new Error(`The clone opens no session: ${JSON.stringify(reply)}`);
  const decoder = new FrameDecoder();
  let answered = Promise.withResolvers<void>();
  control.handOver({
    data(piece) {
      decoder.push(piece);
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
        if (frame.kind === RETURN) answered.resolve();
      }
    },
    end: (error) => answered.reject(new Error("The session ended", { cause: error })),
  });
  return async (packet) => {
    answered = Promise.withResolvers();
    await channel.write(frameHeader(MIGRATE, packet.length));
    await channel.write(packet);
    await answered.promise;
  };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const rounded = (value: number, places: number) => Math.round(value * 10 ** places) / 10 ** places;
const sides = { bare: await bare(), hosted: await hosted(), throughPeer: await throughPeer() };
const times = { bare: [] as number[], hosted: [] as number[], throughPeer: [] as number[] };
const packet = new Uint8Array(PACKET_BYTES);
for (let at = 0; at < PACKET_BYTES; at += 65_536) crypto.getRandomValues(packet.subarray(at, at + 65_536));
for (let round = -1; round < ROUNDS; round++) {
  for (const side of ["bare", "hosted", "throughPeer"] as const) {
    const start = performance.now();
    await sides[side].send(packet);
    if (round >= 0) times[side].push(performance.now() - start);
  }
}
for (const { children } of Object.values(sides)) for (const child of children) child.kill("SIGKILL");
// Of what was sent one right after the other: the machine's pace changes from minute to minute.
const ratio = (side: "hosted" | "throughPeer") =>
  rounded(median(times.bare.map((ms, round) => ms / times[side][round]!)), 2);
const rate = (side: keyof typeof times) => rounded(PACKET_BYTES / 2 ** 20 / median(times[side]) * 1000, 1);
const result = {
  what: "MiB/s of a 64 MiB packet from app to guest, against one libp2p stream with the same options",
  ours: rate("hosted"),
  bare: rate("bare"),
  ratio: ratio("hosted"),
  throughPeer: rate("throughPeer"),
  throughPeerRatio: ratio("throughPeer"),
};
if (Deno.args.includes("--json")) console.log(JSON.stringify(result));
else {
  console.log(`${result.what}: ${result.ours} against ${result.bare}, ratio ${result.ratio}`);
  console.log(
    `through a peer that doesn't serve the run: ${result.throughPeer}, ratio ${result.throughPeerRatio}`,
  );
}
Deno.exit(0);
