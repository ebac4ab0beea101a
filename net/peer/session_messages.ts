/**
 * What device and clone say before a session's frames flow, on `/clonecloud/session/1.0.0`: one control message each
 * way, the device first; before its answer the clone may say `{ waiting: true }` any number of times. After an `ok` all that follows is frames; the clone tells in control messages what it took. When a guest is gone the clone sends one more control
 * message, `{ type: "lost", reason }`, and closes the stream.
 */
import { shownLine } from "../../runtime/mod.ts";
import type { Message } from "../channel/mod.ts";
import { cleanName } from "../trust/mod.ts";

/** The device's first message. */
export interface SessionHello {
  /** Version of the session's own messages. */
  readonly sessionVersion: number;
  /** The device's Deno version. */
  readonly deno: string;
  /** What runs, for the clone's owner. */
  readonly app: string;
  /** The device's language, if it said one. */
  readonly locale: string | undefined;
  /** The device's time zone, if it said one. */
  readonly timeZone: string | undefined;
  /** Whether it understands that it waits; earlier versions don't. */
  readonly waits: boolean;
}

/** Why a clone opens no session. */
export type RefusalCode = "not-paired" | "version" | "deno" | "full" | "closed" | "failed";

/** The clone's answer. */
export type SessionAnswer =
  | {
    readonly ok: true;
    readonly name: string;
    readonly deno: string;
    readonly unitsPerMs: number;
    /** Whether it will tell what it took (`{ type: "taken", bytes }`); earlier versions don't. */
    readonly tellsTaken: boolean;
  }
  | { readonly ok: false; readonly code: RefusalCode; readonly error: string };

/** What a clone says to a device that waits in line. */
export const WAITING = { waiting: true } as const;

const MAX_TEXT = 1_000;
/** Names no file outside of the zones' folder. */
const TIME_ZONE = /^[A-Za-z][A-Za-z0-9_+-]{0,31}(\/[A-Za-z0-9_+-]{1,32}){0,2}$/;
const LANGUAGE_TAG = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}$/;

/** Checks a device's hello. @throws {TypeError} */
export function parseHello(message: Message | undefined): SessionHello {
  const { sessionVersion, deno, app, locale, timeZone, waits } = message ?? {};
  if (!Number.isInteger(sessionVersion) || !isText(deno) || !isText(app)) {
    throw new TypeError("Cannot open session: its first message is malformed");
  }
  return {
    sessionVersion: sessionVersion as number,
    deno,
    app: shownLine(app),
    locale: typeof locale === "string" && LANGUAGE_TAG.test(locale) ? locale : undefined,
    timeZone: typeof timeZone === "string" && TIME_ZONE.test(timeZone) ? timeZone : undefined,
    waits: waits === true,
  };
}

/** Checks a clone's answer. @throws {TypeError} */
export function parseAnswer(message: Message | undefined): SessionAnswer {
  if (message === undefined) throw new TypeError("Cannot open session: the clone hung up");
  const { ok, code, error, name, deno, unitsPerMs, tellsTaken } = message;
  if (ok === false && isText(code) && isText(error)) {
    return { ok, code: code as RefusalCode, error: shownLine(error) };
  }
  if (ok === true && isText(name) && isText(deno) && Number.isFinite(unitsPerMs) && Number(unitsPerMs) > 0) {
    return {
      ok,
      name: cleanName(name),
      deno: shownLine(deno),
      unitsPerMs: unitsPerMs as number,
      tellsTaken: tellsTaken === true,
    };
  }
  throw new TypeError("Cannot open session: the clone's answer is malformed");
}

/** Why a clone with these versions can't serve the hello, or undefined if it can. */
export function versionRefusal(
  hello: SessionHello,
  own: { readonly sessionVersion: number; readonly deno: string },
): { code: RefusalCode; error: string } | undefined {
  if (hello.sessionVersion !== own.sessionVersion) {
    const older = hello.sessionVersion < own.sessionVersion ? "device" : "clone";
    return {
      code: "version",
      error:
        `Cannot open session: the device speaks version ${hello.sessionVersion}, the clone ${own.sessionVersion}; update clonecloud on the ${older}`,
    };
  }
  if (majorMinor(hello.deno) !== majorMinor(own.deno)) {
    return {
      code: "deno",
      error:
        `Cannot open session: the device runs Deno ${hello.deno}, the clone ${own.deno}; both need the same minor version`,
    };
  }
  return undefined;
}

function majorMinor(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT;
}
