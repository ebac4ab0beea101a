/**
 * Pairing: a short code shown by one peer and typed at the other makes both trust each other's peer id.
 *
 *   typing side (initiator)        showing side (responder)
 *   1 { sid, name }          →
 *   2                        ←     { sid, name }       both parts of the session id are fresh
 *   3 { share }              →
 *   4                        ←     { share }           CPace over code, both peer ids and session id
 *   5 { confirm }            →                         a wrong code is noticed here, and counted
 *   6                        ←     { confirm }         only now does the typing side learn anything about the code
 *
 * libp2p has proved each side's peer id already; the ids are part of the exchange, so someone in the middle, who has
 * other ids, fails as a wrong code does. Each attempt costs whoever guesses one guess; see constants for how many.
 */
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { timingSafeEqual } from "node:crypto";
import type { ControlChannel, Message } from "../channel/mod.ts";
import { CODE_DIGITS } from "./constants.ts";
import { cpaceKey, cpaceMessage, cpaceShare } from "./cpace.ts";
import { cleanName } from "./trust_store.ts";

/** Why a pairing failed, for the person at the keyboard. */
export class PairingError extends Error {
  override name = "PairingError";
  /** `wrong-code` counts as a try; `no-code`: that peer shows none; `limit`: too many tries. */
  readonly code: "wrong-code" | "no-code" | "limit" | "protocol";
  constructor(code: PairingError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** Who takes part. */
export interface PairingSides {
  /** Peer id of the side that types the code. */
  readonly initiator: string;
  /** Peer id of the side that shows it. */
  readonly responder: string;
  /** This side's own name. */
  readonly ownName: string;
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const SESSION_ID_BYTES = 16;
const SHARE_BYTES = 32;
const CONFIRM_BYTES = 64;

/** A fresh code, `123-456`. */
export function newCode(): string {
  const limit = 10 ** CODE_DIGITS;
  // Rejection keeps all codes equally likely.
  let value: number;
  do value = crypto.getRandomValues(new Uint32Array(1))[0]!; while (
    value >= Math.floor(2 ** 32 / limit) * limit
  );
  const digits = String(value % limit).padStart(CODE_DIGITS, "0");
  return `${digits.slice(0, CODE_DIGITS / 2)}-${digits.slice(CODE_DIGITS / 2)}`;
}

/** A typed code as digits, or undefined if it can't be one. */
export function parseCode(typed: string): string | undefined {
  const digits = typed.replace(/[\s-]/g, "");
  return new RegExp(`^\\d{${CODE_DIGITS}}$`).test(digits) ? digits : undefined;
}

/** The typing side. Resolves to the other's name once it has proved that it knows the code. @throws {PairingError} */
export async function initiatePairing(
  control: ControlChannel,
  { code, sides, signal }: { code: string; sides: PairingSides; signal: AbortSignal },
): Promise<string> {
  const sid = crypto.getRandomValues(new Uint8Array(SESSION_ID_BYTES));
  control.send({ sid: sid.toHex(), name: sides.ownName });
  const hello = await expect(control, signal);
  const name = textField(hello, "name");
  const input = cpaceInput(code, sides, [sid, bytesField(hello, "sid", SESSION_ID_BYTES)]);
  const own = cpaceShare(input);
  control.send({ share: own.share.toHex() });
  const other = bytesField(await expect(control, signal), "share", SHARE_BYTES);
  const keys = confirmations(input, own, {
    initiator: own.share,
    responder: other,
    names: [sides.ownName, name],
  }, other);
  control.send({ confirm: keys.initiator.toHex() });
  const proof = bytesField(await expect(control, signal), "confirm", CONFIRM_BYTES);
  if (!timingSafeEqual(proof, keys.responder)) throw wrongCode();
  return cleanName(name);
}

/**
 * The showing side. Resolves to the other's name once it has proved that it knows the code; the caller then trusts it
 * and calls `accept`, which lets the other side know. @throws {PairingError}
 */
export async function respondPairing(
  control: ControlChannel,
  { code, sides, signal }: { code: string; sides: PairingSides; signal: AbortSignal },
): Promise<{ name: string; accept(): void }> {
  const hello = await expect(control, signal);
  const name = textField(hello, "name");
  const sid = crypto.getRandomValues(new Uint8Array(SESSION_ID_BYTES));
  control.send({ sid: sid.toHex(), name: sides.ownName });
  const input = cpaceInput(code, sides, [bytesField(hello, "sid", SESSION_ID_BYTES), sid]);
  const other = bytesField(await expect(control, signal), "share", SHARE_BYTES);
  const own = cpaceShare(input);
  const keys = confirmations(input, own, {
    initiator: other,
    responder: own.share,
    names: [name, sides.ownName],
  }, other);
  control.send({ share: own.share.toHex() });
  const proof = bytesField(await expect(control, signal), "confirm", CONFIRM_BYTES);
  if (!timingSafeEqual(proof, keys.initiator)) throw wrongCode();
  return { name: cleanName(name), accept: () => void control.send({ confirm: keys.responder.toHex() }) };
}

/** Tells the other side why its attempt ends. */
export function refusePairing(control: ControlChannel, error: PairingError): Promise<void> | void {
  return control.send({ error: error.code, message: error.message });
}

function cpaceInput(code: string, sides: PairingSides, sids: readonly Uint8Array[]) {
  const sessionId = new Uint8Array(2 * SESSION_ID_BYTES);
  sids.forEach((part, i) => sessionId.set(part, i * SESSION_ID_BYTES));
  return {
    password: utf8(code),
    channel: utf8(JSON.stringify(["clonecloud pair 1", sides.initiator, sides.responder])),
    sessionId,
  };
}

function confirmations(
  input: ReturnType<typeof cpaceInput>,
  own: ReturnType<typeof cpaceShare>,
  shares: { initiator: Uint8Array; responder: Uint8Array; names: readonly [string, string] },
  other: Uint8Array,
): { initiator: Uint8Array; responder: Uint8Array } {
  let key: Uint8Array;
  try {
    key = cpaceKey(input, own, {
      initiator: cpaceMessage(shares.initiator, utf8(shares.names[0])),
      responder: cpaceMessage(shares.responder, utf8(shares.names[1])),
      other,
    });
  } catch (error) {
    throw new PairingError("protocol", (error as Error).message);
  }
  return {
    initiator: hmac(sha512, key, utf8("clonecloud pair 1: the initiator confirms")),
    responder: hmac(sha512, key, utf8("clonecloud pair 1: the responder confirms")),
  };
}

async function expect(control: ControlChannel, signal: AbortSignal): Promise<Message> {
  const message = await control.receive(signal);
  if (message === undefined) throw new PairingError("protocol", "Cannot pair: the other side hung up");
  if (typeof message.error !== "string") return message;
  if (message.error === "wrong-code") throw wrongCode();
  if (message.error === "no-code") throw noCode();
  if (message.error === "limit") throw tooMany();
  throw new PairingError("protocol", "Cannot pair: the other side refused");
}

/** The code that was typed is not the one shown. */
export function wrongCode(): PairingError {
  return new PairingError(
    "wrong-code",
    "Cannot pair: the code is wrong; type the one that the other machine shows now",
  );
}
/** The other side shows no code. */
export function noCode(): PairingError {
  return new PairingError(
    "no-code",
    "Cannot pair: that machine shows no code now; run `pair` there (a code lives two minutes, or three wrong tries)",
  );
}
/** Too many attempts. */
export function tooMany(): PairingError {
  return new PairingError("limit", "Cannot pair: too many attempts; wait a minute");
}

function textField(message: Message, name: string): string {
  const value = message[name];
  if (typeof value !== "string" || value.length > 1024) throw malformed(name);
  return value;
}

function bytesField(message: Message, name: string, count: number): Uint8Array {
  const value = message[name];
  if (typeof value !== "string" || value.length !== 2 * count || !/^[0-9a-f]*$/.test(value)) {
    throw malformed(name);
  }
  return Uint8Array.fromHex(value);
}

function malformed(field: string): PairingError {
  return new PairingError("protocol", `Cannot pair: the other side's message has no valid ${field}`);
}
