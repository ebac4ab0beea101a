/**
 * CPace, the balanced password-authenticated key exchange that the IRTF's CFRG chose (draft-irtf-cfrg-cpace, suite
 * CPACE-RISTR255-SHA512, initiator–responder), over the audited curves of `@noble/curves`. Both sides get the same key
 * only if they know the same password and agree on the channel's identity and session id; whoever plays a wrong
 * password learns that one password is wrong, and nothing about others.
 */
import { ristretto255, ristretto255_hasher } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { joinBytes } from "../../runtime/mod.ts";

const DSI = new TextEncoder().encode("CPaceRistretto255");
const DSI_ISK = new TextEncoder().encode("CPaceRistretto255_ISK");
/** Input block of SHA-512, bytes: the password is padded to fill one, so that its hash can't be told by timing. */
const BLOCK_BYTES = 128;
const ORDER_BYTES = 32;

/** What both sides must agree on before the exchange. */
export interface CpaceInput {
  readonly password: Uint8Array;
  /** Names both ends of the channel (here: both peer ids). */
  readonly channel: Uint8Array;
  /** Fresh for each exchange, with a part from each side. */
  readonly sessionId: Uint8Array;
}

/** One side's ephemeral secret and the share it sends. */
export interface CpaceShare {
  readonly secret: bigint;
  readonly share: Uint8Array;
}

/** Makes one side's share. `random` gives 64 uniformly random bytes. */
export function cpaceShare(
  input: CpaceInput,
  random: () => Uint8Array = () => crypto.getRandomValues(new Uint8Array(64)),
): CpaceShare {
  const order = ristretto255.Point.Fn.ORDER;
  const secret = littleEndian(random()) % (order - 1n) + 1n;
  return { secret, share: shareOf(input, secret) };
}

/** The share of a given secret. */
export function shareOf(input: CpaceInput, secret: bigint): Uint8Array {
  return generator(input).multiply(secret).toBytes();
}

/**
 * The common key, 64 bytes. `initiator` and `responder` are the transcript's two messages.
 *
 * @throws {Error} if the other side's share is no point of the group, or the neutral one.
 */
export function cpaceKey(
  input: CpaceInput,
  own: CpaceShare,
  transcript: { readonly initiator: Uint8Array; readonly responder: Uint8Array; readonly other: Uint8Array },
): Uint8Array {
  let product;
  try {
    product = ristretto255.Point.fromBytes(transcript.other).multiply(own.secret);
  } catch (cause) {
    throw new Error("Cannot agree on a key: the other side's share is not a group element", { cause });
  }
  if (product.equals(ristretto255.Point.ZERO)) {
    throw new Error("Cannot agree on a key: the other side's share is the neutral element");
  }
  return sha512(
    joinBytes([
      lengthPrefixed(DSI_ISK, input.sessionId, product.toBytes()),
      transcript.initiator,
      transcript.responder,
    ]),
  );
}

/** A message of the transcript: a share and data that goes with it. */
export function cpaceMessage(share: Uint8Array, data: Uint8Array): Uint8Array {
  return lengthPrefixed(share, data);
}

/** The generator that the password, channel and session id map to. */
export function generator(input: CpaceInput): InstanceType<typeof ristretto255.Point> {
  return ristretto255_hasher.deriveToCurve!(sha512(generatorString(input))) as InstanceType<
    typeof ristretto255.Point
  >;
}

function generatorString({ password, channel, sessionId }: CpaceInput): Uint8Array {
  const used = lengthPrefixed(password).length + lengthPrefixed(DSI).length;
  const padding = new Uint8Array(Math.max(0, BLOCK_BYTES - 1 - used));
  return lengthPrefixed(DSI, password, padding, channel, sessionId);
}

/** Each part behind its length in LEB128, as the draft's `lv_cat`. */
function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts.flatMap((part) => [leb128(part.length), part]));
}

function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return new Uint8Array(bytes);
}

/** The integer that bytes encode, least significant first. */
export function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[i]!);
  return value;
}

/** Bytes of a share. */
export const SHARE_BYTES = ORDER_BYTES;
