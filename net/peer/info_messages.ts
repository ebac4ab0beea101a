/**
 * What a peer tells trusted peers of itself, on `/clonecloud/info/1.0.0`: the asking side sends `{}`, the other one
 * {@linkcode PeerInfo} and closes. Who isn't trusted is told `{ error: "not-paired" }`.
 */
import { SESSION_VERSION, shownLine } from "../../runtime/mod.ts";
import type { Message } from "../channel/mod.ts";
import { cleanName, type Grants, type Limits, toldGrants } from "../trust/mod.ts";
import { MAX_KNOWN_PEERS } from "./constants.ts";

/** A peer that another one trusts. */
export interface KnownPeer {
  readonly peer: string;
  readonly name: string;
  readonly addresses: readonly string[];
}

/** One peer as another sees it. */
export interface PeerInfo {
  readonly name: string;
  readonly deno: string;
  readonly sessionVersion: number;
  /** Its clock, milliseconds since 1970. */
  readonly now: number;
  /** Its speed, as in `net/link`. */
  readonly unitsPerMs: number;
  readonly cores: number;
  /** Processes that want a core, averaged over a minute; its own guests included. */
  readonly load: number;
  readonly power: "mains" | "battery" | "unknown";
  /** How full its battery is, 0 to 100, if it has one. */
  readonly batteryPercent?: number;
  /** Sessions that it would still take; 0 for a peer that is no clone. */
  readonly free: number;
  /** Guests that compute now. */
  readonly busy: number;
  /** Why it takes no session of the asking peer now. */
  readonly closed?: string;
  /** Bytes of the asking peer's code and files that it keeps. */
  readonly storedBytes: number;
  /** What the asking peer may use there. */
  readonly grants: Grants;
  /** What a guest has there besides JavaScript: `webgpu`. */
  readonly capabilities: readonly string[];
  /** The peers it trusts, the asking one left out. */
  readonly knows: readonly KnownPeer[];
}

/** The same as it is sent: grants that aren't told are the usual ones. */
export interface ToldInfo extends Omit<PeerInfo, "grants"> {
  readonly grants: Limits;
}

const MAX_TEXT = 1_000;

/** Checks another peer's answer. @throws {TypeError} */
export function parseInfo(message: Message | undefined): PeerInfo {
  if (message === undefined) throw new TypeError("Cannot ask peer: it hung up");
  if (message.error !== undefined) {
    throw new Error(
      "Cannot ask peer: not paired: it does not trust this device; run `pair` there and type its code here",
    );
  }
  const { name, deno, power, batteryPercent, closed, capabilities, knows } = message;
  const numbers = [
    "sessionVersion",
    "now",
    "unitsPerMs",
    "cores",
    "load",
    "free",
    "busy",
    "storedBytes",
  ] as const;
  const ok = isText(name) && isText(deno) &&
    (power === "mains" || power === "battery" || power === "unknown") &&
    (batteryPercent === undefined || isPercent(batteryPercent)) &&
    (closed === undefined || isText(closed)) && isList(capabilities, 16) && capabilities.every(isText) &&
    isList(knows, MAX_KNOWN_PEERS) && knows.every(isKnownPeer) && (message.unitsPerMs as number) > 0 &&
    numbers.every((field) => Number.isFinite(message[field]) && (message[field] as number) >= 0);
  if (!ok) throw new TypeError("Cannot ask peer: its answer is malformed");
  return {
    ...message as unknown as PeerInfo,
    name: cleanName(name),
    deno: shownLine(deno),
    ...(closed !== undefined && { closed: shownLine(closed) }),
    capabilities: capabilities.map((item) => shownLine(item)),
    knows: knows.map(({ peer, name, addresses }) => ({
      peer,
      name: cleanName(name),
      addresses: addresses.map((address) => shownLine(address)),
    })),
    grants: toldGrants(message.grants),
  };
}

/** Why a peer with this answer can't be a clone for this one now, or undefined if it can. */
export function unfit(info: PeerInfo, own: { readonly deno: string }): string | undefined {
  if (info.closed !== undefined) return info.closed;
  if (info.sessionVersion !== SESSION_VERSION) {
    const older = info.sessionVersion < SESSION_VERSION ? "there" : "here";
    return `it speaks version ${info.sessionVersion}, this device ${SESSION_VERSION}: update clonecloud ${older}`;
  }
  if (minor(info.deno) !== minor(own.deno)) {
    return `it runs Deno ${info.deno}, this device ${own.deno}: both need the same minor version`;
  }
  return info.free > 0 ? undefined : "it takes no more guests now";
}

function minor(version: string): string {
  return version.split(".", 2).join(".");
}

function isPercent(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 100;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT;
}

function isList(value: unknown, most: number): value is unknown[] {
  return Array.isArray(value) && value.length <= most;
}

function isKnownPeer(value: unknown): value is KnownPeer {
  const { peer, name, addresses } = (value ?? {}) as Record<string, unknown>;
  return isText(peer) && /^[1-9A-HJ-NP-Za-km-z]{40,}$/.test(peer) && isText(name) && isList(addresses, 16) &&
    addresses.every(isText);
}
