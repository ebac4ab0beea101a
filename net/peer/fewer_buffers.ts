/**
 * Noise's messages with fewer buffers: collecting them took a good part of a transfer's time on a fast link. What goes over the wire
 * is the same.
 */
import { Buffer } from "node:buffer";
import type { MessageStream } from "@libp2p/interface";
import { NOISE_PLAIN_BYTES, NOISE_TAG_BYTES } from "../channel/mod.ts";

/** One piece, or several that belong together. */
type Bytes = Parameters<MessageStream["send"]>[0];

/** What is used of a connection that Noise encrypts, beyond its public type. */
interface Encrypted {
  readonly handshake: {
    encrypt(plain: Bytes): Bytes;
    decrypt(message: Bytes): Bytes;
  };
  encrypt(plain: Bytes): Bytes;
  decrypt(message: Bytes): Bytes;
}

const LENGTH_BYTES = 2;
/** Shorter ones may share their memory with others. */
const OWN_MEMORY_BYTES = 16 * 1024;

/** The same connection. */
export function withFewerBuffers(connection: MessageStream): MessageStream {
  const stream = connection as unknown as Encrypted;
  const { handshake } = stream;
  stream.encrypt = (plain) => encrypted(handshake, plain);
  // Its own makes room for the result first, which the cipher makes anew anyway.
  stream.decrypt = (message) => handshake.decrypt(message);
  return connection;
}

/** Messages with their lengths, in one buffer. */
function encrypted({ encrypt }: Encrypted["handshake"], plain: Bytes): Uint8Array {
  const count = Math.ceil(plain.byteLength / NOISE_PLAIN_BYTES);
  const out = Buffer.allocUnsafeSlow(plain.byteLength + count * (LENGTH_BYTES + NOISE_TAG_BYTES));
  let at = 0;
  for (let from = 0; from < plain.byteLength; from += NOISE_PLAIN_BYTES) {
    const message = encrypt(part(plain, from, Math.min(plain.byteLength, from + NOISE_PLAIN_BYTES)));
    at = out.writeUInt16BE(message.byteLength, at);
    for (const bytes of message instanceof Uint8Array ? [message] : message) {
      out.set(bytes, at);
      at += bytes.byteLength;
      free(bytes);
    }
  }
  return out;
}

function part(bytes: Bytes, from: number, to: number): Bytes {
  return bytes instanceof Uint8Array ? bytes.subarray(from, to) : bytes.sublist(from, to);
}

/** Gives the cipher's memory back at once: nobody else has it. */
function free(bytes: Uint8Array): void {
  if (bytes.byteLength >= OWN_MEMORY_BYTES && bytes.byteLength === bytes.buffer.byteLength) {
    (bytes.buffer as ArrayBuffer).transfer(0);
  }
}
