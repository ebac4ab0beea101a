import encodeQR from "qr";
import { keyOfPeer, peerOfKey } from "../../net/mod.ts";

/** A text as a QR code of block characters, white on black whatever the terminal's colours are, for a phone's camera. */
export function qrCode(text: string): { readonly lines: string; readonly columns: number } {
  const rows = encodeQR(text, "ascii", { ecc: "low" }).trimEnd().split("\n");
  return {
    lines: rows.map((row) => `\x1b[97;40m${row}\x1b[0m`).join("\n"),
    columns: Math.max(...rows.map((row) => [...row].length)),
  };
}

/** The usual address, and what is left of it in a QR code, which packs capitals and digits tighter: it fits a phone's terminal. */
const USUAL_ADDRESS = /^\/ip4\/([\d.]+)\/tcp\/(\d+)\/p2p\/(\w+)$/;
const SHORT = /^CLONECLOUD:PAIR\/(\d+)\/([\d.]+)\/(\d+)\/([\dA-F]{64})$/i;

/** What a pairing's QR code says; `pair` takes it as its only argument. */
export async function pairingUri(code: string, address: string): Promise<string> {
  const digits = code.replace("-", "");
  const [, ip, port, peer] = USUAL_ADDRESS.exec(address) ?? [];
  const key = peer && await keyOfPeer(peer);
  if (!key) return `clonecloud:pair/${digits}${address}`;
  return `CLONECLOUD:PAIR/${digits}/${ip}/${port}/${key.toHex().toUpperCase()}`;
}

/**
 * Code and address of a scanned pairing; undefined if the text is something else.
 * @throws {RangeError} if it is one, but a part of it is missing
 */
export async function parsePairingUri(text: string): Promise<{ code: string; address: string } | undefined> {
  const scanned = text.trim();
  const [, code, ip, port, key] = SHORT.exec(scanned) ?? [];
  if (key !== undefined) {
    return { code: code!, address: `/ip4/${ip}/tcp/${port}/p2p/${await peerOfKey(Uint8Array.fromHex(key))}` };
  }
  if (!/^clonecloud:/i.test(scanned)) return undefined;
  const match = /^clonecloud:pair\/(\d+)(\/\w+\/[\x21-\x7e]+\/p2p\/\w{40,})$/i.exec(scanned);
  if (match === null) throw new RangeError("a part of what was scanned is missing; copy all of it");
  return { code: match[1]!, address: match[2]! };
}

/** Whether only this machine itself reaches an address. */
export function isLoopback(address: string): boolean {
  return /^\/ip4\/127\.|^\/ip6\/::1\//.test(address);
}

/** The address that another machine most likely reaches: not loopback, plain tcp, and IPv4, whose addresses hold within one network. */
export function bestAddress(addresses: readonly string[]): string | undefined {
  const far = addresses.filter((text) => !isLoopback(text));
  const plain = far.filter((text) => !text.includes("/ws"));
  return plain.find((text) => text.startsWith("/ip4/")) ?? plain[0] ?? far[0] ?? addresses[0];
}
