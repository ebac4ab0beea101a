import { noise } from "@chainsafe/libp2p-noise";
import { memory } from "@libp2p/memory";
import type { MessageStream, StreamMuxerFactory } from "@libp2p/interface";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { createLibp2p } from "libp2p";
import { READ_BYTES } from "../channel/mod.ts";
import { joinedNoise, thriftyYamux } from "./fewer_sends.ts";

const ECHO = "/test/echo/1.0.0";

interface Sends {
  /** What both nodes gave to their connection, a buffer each. */
  count: number;
  /** Bytes of the longest message that arrived. */
  longest: number;
}

/** Two nodes and a stream between them. */
async function withEcho(
  run: (echo: (bytes: number) => Promise<number>, sends: Sends) => Promise<void>,
): Promise<void> {
  const sends: Sends = { count: 0, longest: 0 };
  const counted = (connection: MessageStream) => {
    const send = connection.send.bind(connection);
    connection.send = (data) => {
      sends.count += data instanceof Uint8Array ? 1 : [...data].length;
      return send(data);
    };
    return connection;
  };
  const noise = (components: unknown) => {
    const encrypter = joinedNoise()(components);
    for (const name of ["secureInbound", "secureOutbound"] as const) {
      const secure = encrypter[name].bind(encrypter);
      encrypter[name] = (connection, options) => secure(counted(connection), options);
    }
    return encrypter;
  };
  const node = (listen: string[]) =>
    createLibp2p({
      addresses: { listen },
      transports: [memory()],
      connectionEncrypters: [noise],
      streamMuxers: [thriftyYamux({ enableKeepAlive: false })],
      connectionMonitor: { enabled: false },
    });
  const [here, there] = await Promise.all([node([]), node([`/memory/${crypto.randomUUID()}`])]);
  try {
    await there.handle(ECHO, (stream) => {
      stream.addEventListener("message", ({ data }) => void stream.send(data));
    });
    const stream = await here.dialProtocol(there.getMultiaddrs()[0]!, ECHO);
    let arrived = 0;
    let wake = () => {};
    stream.addEventListener("message", ({ data }) => {
      arrived += data.byteLength;
      sends.longest = Math.max(sends.longest, data.byteLength);
      wake();
    });
    await run(async (bytes) => {
      const goal = arrived + bytes;
      if (!stream.send(new Uint8Array(bytes))) await stream.onDrain();
      while (arrived < goal) await new Promise<void>((resolve) => wake = resolve);
      return arrived;
    }, sends);
  } finally {
    await Promise.all([here.stop(), there.stop()]);
  }
}

Deno.test("a small message and its answer are one send each, length and window included", () =>
  withEcho(async (echo, sends) => {
    await echo(100);
    const before = sends.count;
    for (let i = 0; i < 50; i++) await echo(100);
    assert.equal(sends.count - before, 100);
  }));

Deno.test("more than a window goes through, in small messages and in large ones", () =>
  withEcho(async (echo) => {
    for (let i = 0; i < 300; i++) await echo(10_000);
    for (let i = 0; i < 20; i++) await echo(1_000_000);
  }));

Deno.test("more than a window arrives in parts, each of which opens the window again as it arrives", () =>
  withEcho(async (echo, sends) => {
    for (let i = 0; i < 20; i++) await echo(1_000_000);
    assert.equal(sends.longest, 65_507);
    // What is read from a descriptor at once leaves no rest that would be a frame of its own.
    assert.equal(READ_BYTES % sends.longest, 0);
  }));

Deno.test("a stream that is opened while its connection closes fails alone, and doesn't end the process", async () => {
  let broken: MessageStream | undefined;
  const muxer = () => {
    const factory = thriftyYamux({ enableKeepAlive: false })();
    const create = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = (connection) => create(broken ??= connection);
    return factory;
  };
  const node = (listen: string[], streamMuxers: (() => StreamMuxerFactory)[]) =>
    createLibp2p({
      addresses: { listen },
      transports: [memory()],
      connectionEncrypters: [joinedNoise()],
      streamMuxers,
      connectionMonitor: { enabled: false },
    });
  const there = await node([`/memory/${crypto.randomUUID()}`], [thriftyYamux({ enableKeepAlive: false })]);
  const here = await node([], [muxer]);
  try {
    await there.handle(ECHO, () => {});
    const connection = await here.dial(there.getMultiaddrs()[0]!);
    broken!.send = () => {
      throw new Error("Cannot write to a stream that is closed");
    };
    // Without a catch the window's update, sent in a microtask of its own, is nobody's error.
    await assert.rejects(connection.newStream(ECHO, { signal: AbortSignal.timeout(5_000) }));
  } finally {
    await Promise.all([here.stop(), there.stop()]);
  }
});

Deno.test("what joinedNoise() sends is Noise's, and arrives byte for byte, either way and in any length", async () => {
  const node = (listen: string[], encrypter: typeof joinedNoise) =>
    createLibp2p({
      addresses: { listen },
      transports: [memory()],
      connectionEncrypters: [encrypter()],
      streamMuxers: [thriftyYamux({ enableKeepAlive: false })],
      connectionMonitor: { enabled: false },
    });
  const [ours, theirs] = [joinedNoise, noise as unknown as typeof joinedNoise];
  for (const [left, right] of [[ours, theirs], [theirs, ours], [ours, ours]] as const) {
    const [here, there] = await Promise.all([
      node([], left),
      node([`/memory/${crypto.randomUUID()}`], right),
    ]);
    try {
      await there.handle(ECHO, (stream) => {
        stream.addEventListener("message", ({ data }) => void stream.send(data));
      });
      const stream = await here.dialProtocol(there.getMultiaddrs()[0]!, ECHO);
      const parts: Uint8Array[] = [];
      let [arrived, wake] = [0, () => {}];
      stream.addEventListener("message", ({ data }) => {
        parts.push(data.subarray());
        arrived += data.byteLength;
        wake();
      });
      let goal = 0;
      for (const length of [1, 1_199, 1_200, 16_384, 65_506, 65_507, 65_508, 200_000]) {
        const sent = randomBytes(length);
        goal += length;
        stream.send(sent);
        while (arrived < goal) await new Promise<void>((resolve) => wake = resolve);
        assert.ok(Buffer.concat(parts.splice(0)).equals(sent), `${length} bytes`);
      }
    } finally {
      await Promise.all([here.stop(), there.stop()]);
    }
  }
});
