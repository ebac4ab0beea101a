import type { Connection } from "@libp2p/interface";
import type { SessionRequest } from "../../runtime/mod.ts";
import { type Channel, ControlChannel, type Message, streamChannel, timed } from "../channel/mod.ts";
import {
  type EmulatedLink,
  FIRST_MEASURE_TIMEOUT_MS,
  LINK_PROTOCOL,
  LinkMeter,
  type LinkSpec,
} from "../link/mod.ts";
import { MAX_LINE_MS, SESSION_OPEN_TIMEOUT_MS, SESSION_PROTOCOL, WAITING_NOTE_MS } from "./constants.ts";
import { parseAnswer, type RefusalCode, type SessionAnswer } from "./session_messages.ts";

/** A session with a clone, as its device has it. */
export interface CloneSession {
  readonly connection: Connection;
  readonly control: ControlChannel;
  readonly answer: Extract<SessionAnswer, { ok: true }>;
  readonly meter: LinkMeter;
  /** The link as first measured, or as remembered. */
  readonly link: LinkSpec;
  /** Under which it is remembered. */
  readonly linkName: string;
  /** An emulated link is in between: what is measured isn't the peer's. */
  readonly isEmulated: boolean;
  /** How old its figures were, if they were remembered. */
  readonly linkAgeMs?: number;
  /** What made it this clone. */
  readonly why: string;
}

/** Thrown when a clone answered, but opens no session. */
export class RefusedError extends Error {
  override name = "RefusedError";
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What {@linkcode openCloneSession} asks for. */
export interface OpenOptions {
  readonly request: Pick<SessionRequest, "sessionVersion" | "deno" | "app" | "locale" | "timeZone">;
  /** Whether the link may be probed while the session lives. */
  readonly probes: boolean;
  /** The link as it was: then the session doesn't wait for new measures. */
  readonly remembered?: LinkSpec | undefined;
  /** Put in between, if any. */
  readonly emulated: EmulatedLink | undefined;
  /** Told when the link's measures change while the session lives. */
  onLink(link: LinkSpec): void;
  /** Whether a thread is at the clone now. */
  isAway(): boolean;
  /** Told each time that the clone says that others wait there. */
  onWaiting?(): void;
  /** Aborted when nobody wants it any more. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a session over a connection, in two round trips if no others wait at the clone, and measures the link meanwhile unless it is remembered.
 *
 * The caller owns what it gets: closing the control's channel ends the session, closing the meter the measurements.
 *
 * @throws {RefusedError} if the clone refuses; {Error} if it can't be talked to.
 */
export async function openCloneSession(
  connection: Connection,
  options: OpenOptions,
): Promise<Omit<CloneSession, "why" | "linkName" | "isEmulated">> {
  options.signal?.throwIfAborted();
  const shape = (channel: Channel) => options.emulated?.shape(channel) ?? channel;
  const [session, measured] = await openBoth(connection);
  const control = new ControlChannel(shape(session));
  const { probes, remembered } = options;
  const meter = new LinkMeter(shape(measured), options.onLink, {
    probes,
    remembered,
    isAway: options.isAway,
  });
  const gone = () => control.channel.abort(options.signal!.reason);
  options.signal?.addEventListener("abort", gone, { once: true });
  try {
    const { request } = options;
    control.send({
      sessionVersion: request.sessionVersion,
      deno: request.deno,
      app: request.app.slice(0, 500),
      waits: true,
      ...(request.locale !== undefined && { locale: request.locale.slice(0, 100) }),
      ...(request.timeZone !== undefined && { timeZone: request.timeZone.slice(0, 100) }),
    });
    const measuring = remembered ?? timed(FIRST_MEASURE_TIMEOUT_MS, (signal) => meter.first(signal));
    // Whoever refuses measures nothing either.
    if (measuring instanceof Promise) measuring.catch(() => {});
    const answer = parseAnswer(await receiveAnswer(control, () => options.onWaiting?.()));
    if (!answer.ok) throw new RefusedError(answer.code, answer.error);
    const link = await measuring;
    return { connection, control, answer, meter, link };
  } catch (error) {
    meter.close();
    control.channel.abort(error as Error);
    throw error;
  } finally {
    options.signal?.removeEventListener("abort", gone);
  }
}

/** The clone's answer, once none starts before. @throws {Error} if it says nothing for long, or lets us wait too long or too loudly. */
async function receiveAnswer(control: ControlChannel, onWaiting: () => void): Promise<Message | undefined> {
  const start = performance.now();
  for (
    let notes = 0;
    notes <= MAX_LINE_MS / WAITING_NOTE_MS + 1 && performance.now() - start < MAX_LINE_MS;
    notes++
  ) {
    const message = await timed(SESSION_OPEN_TIMEOUT_MS, (signal) => control.receive(signal));
    if (message?.waiting !== true) return message;
    onWaiting();
  }
  throw new Error("Cannot open session: too many others wait at the clone");
}

/** The session's stream and the one that its link is measured on, at once: each takes a round trip. */
async function openBoth(connection: Connection): Promise<[Channel, Channel]> {
  const opening = [open(connection, SESSION_PROTOCOL), open(connection, LINK_PROTOCOL)] as const;
  try {
    return await Promise.all(opening);
  } catch (error) {
    for (const one of opening) one.then((channel) => channel.abort(error as Error), () => {});
    throw error;
  }
}

async function open(connection: Connection, protocol: string): Promise<Channel> {
  try {
    const stream = await timed(
      SESSION_OPEN_TIMEOUT_MS,
      (signal) => connection.newStream(protocol, { signal }),
    );
    return streamChannel(stream);
  } catch (cause) {
    if ((cause as Error).name === "UnsupportedProtocolError") {
      throw new RefusedError(
        "version",
        "Cannot open session: the other peer knows no sessions of this version, or lends nothing (--max-guests 0); update clonecloud on the older side",
      );
    }
    throw new Error(`Cannot talk to the clone: ${(cause as Error).message}`, { cause });
  }
}
