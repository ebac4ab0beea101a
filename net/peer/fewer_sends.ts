/**
 * libp2p with fewer sends. Each is a system call here and wakes the other side, so on a fast link an empty migration waits
 * mostly for them. What goes over the wire is the same protocol: any other peer understands it.
 */
import { noise } from "@chainsafe/libp2p-noise";
import type {
  ConnectionEncrypter,
  MessageStream,
  SecureConnectionOptions,
  StreamMuxerFactory,
} from "@libp2p/interface";
import { yamux } from "@libp2p/yamux";
import { StreamState } from "@libp2p/yamux/stream";
import { YAMUX_FRAME_BYTES } from "../channel/mod.ts";
import { withFewerBuffers } from "./fewer_buffers.ts";

/** What is used of Yamux's streams, and of the muxer that makes them, beyond their public types. */
interface Windowed {
  readonly state: StreamState;
  /** Bytes of the whole window, and of what is left of it. */
  recvWindow: number;
  readonly recvWindowCapacity: number;
  readonly maxStreamWindowSize: number;
  /** When it was opened last, ms. */
  readonly epochStart: number;
  /** Longest frame that it sends. */
  maxMessageSize?: number;
  sendWindowUpdate(): void;
  handleWindowUpdate(frame: unknown): void;
  abort(reason: Error): void;
}

interface StreamMaker {
  _newStream(...args: unknown[]): Windowed;
}

/** Noise whose messages go out with their length, not after it: a send of its own for two bytes. */
export function joinedNoise(): (components: any) => ConnectionEncrypter {
  return (components) => {
    const encrypter = noise()(components) as ConnectionEncrypter;
    for (const name of ["secureInbound", "secureOutbound"] as const) {
      const secure = encrypter[name].bind(encrypter) as typeof encrypter[typeof name];
      encrypter[name] = async (connection: MessageStream, options?: SecureConnectionOptions) => {
        const send = connection.send.bind(connection);
        connection.send = (data) => send(data instanceof Uint8Array ? data : data.subarray());
        const secured = await secure(connection, options);
        withFewerBuffers(secured.connection);
        return secured;
      };
    }
    return encrypter;
  };
}

/** A window of which half is used in less is doubled: its own rule, four round trips, can't hold where those take no time. */
const FAST_WINDOW_MS = 20;

/**
 * Yamux that opens a stream's window again when half of it is used, as the one of Go does, instead of after each message;
 * and wider, as far as it may, where bytes come that fast.
 */
export function thriftyYamux(init: Parameters<typeof yamux>[0]): () => StreamMuxerFactory {
  return () => {
    const factory = yamux(init)() as StreamMuxerFactory;
    const create = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = (connection) => {
      const muxer = create(connection) as ReturnType<typeof create> & StreamMaker;
      const newStream = muxer._newStream.bind(muxer);
      muxer._newStream = (...args) => withThrift(newStream(...args));
      return muxer;
    };
    return factory;
  };
}

function withThrift(stream: Windowed): Windowed {
  const update = stream.sendWindowUpdate.bind(stream);
  const opened = stream.handleWindowUpdate.bind(stream);
  // The other side counts a frame when all of it is there: one as long as the window, as Yamux sends them, leaves the link idle
  // from its end until the window is open again, a round trip.
  const bound = () => stream.maxMessageSize = Math.min(stream.maxMessageSize ?? Infinity, YAMUX_FRAME_BYTES);
  bound();
  // What waits is sent in a microtask after it.
  stream.handleWindowUpdate = (frame) => {
    opened(frame);
    bound();
  };
  stream.sendWindowUpdate = () => {
    // In any other state an update carries a flag that the other side waits for.
    if (stream.state === StreamState.Established && stream.recvWindowCapacity > stream.recvWindow / 2) return;
    if (stream.state === StreamState.Established && Date.now() - stream.epochStart < FAST_WINDOW_MS) {
      stream.recvWindow = Math.min(stream.recvWindow * 2, stream.maxStreamWindowSize);
    }
    try {
      update();
    } catch (error) {
      // The connection closes. A new stream's first one is sent in a microtask: nobody else would catch it there.
      stream.abort(error as Error);
    }
  };
  return stream;
}
