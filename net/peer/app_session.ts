import {
  BLOB_ASK,
  BLOB_COMING,
  BLOB_FOUND,
  BLOB_GONE,
  BLOB_OFFER,
  BLOB_PUSH,
  BLOB_REPLY,
  BLOB_REQUEST,
  type Conditions,
  decodeJson,
  encodeJsonFrame,
  FIRST_SESSION_KIND,
  type Frame,
  HOP_CONTROL,
  MIGRATE,
  RETURN,
  type SessionNotice,
  type SessionReply,
  type SessionRequest,
} from "../../runtime/mod.ts";
import {
  allOf,
  type ControlChannel,
  FrameOutlet,
  FrameRelay,
  MAX_CONTROL_BYTES,
  type Message,
  READ_BYTES,
} from "../channel/mod.ts";
import { addressOf } from "../discovery/mod.ts";
import { EmulatedLink, type LinkSpec, parseLink, powerSupply } from "../link/mod.ts";
import { CloneGate, type CloneGateOptions } from "./clone_gate.ts";
import { Credit } from "./credit.ts";
import type { MigrationLog, MigrationWatch } from "./migration_log.ts";
import type { CloneSession, OpenOptions } from "./session_client.ts";

/** How often an app is told that its peer lives. */
const ALIVE_MS = 1_000;

/** What a device's peer needs to serve its apps. */
export interface AppHost {
  /** Opens a session at the first of the wanted clones that takes it. @throws {Error} that says why none does. */
  openAnyClone(clones: readonly string[], options: OpenOptions): Promise<CloneSession>;
  /** This machine's speed now, as in `net/link`. */
  measureSpeed(): number;
  readonly migrations: MigrationLog;
  /** What clones may send. */
  readonly gate: CloneGateOptions;
  /** Whether links may be probed while a session lives. */
  readonly probes: boolean;
  /** Something that `status` shows has changed. */
  changed(): void;
  /** Cuts the session's connection when it falls silent, until the returned function is called. */
  watch(session: CloneSession): () => void;
  /** A piece of what the clone sends has come through the link. */
  heard(session: CloneSession): void;
}

/** An app's session, as `status` shows it. */
export interface AppSession {
  readonly app: string;
  readonly clone: { readonly peer: string; readonly name: string; readonly address: string };
  /** What made it this clone. */
  readonly why: string;
  /** How old the link's figures were at the start, if they were remembered. */
  readonly linkAgeMs?: number;
  conditions: Conditions;
}

/** An app's session, as the peer that serves it has it. */
export interface OwnSession {
  readonly shown: AppSession;
  /** Whether the choice of the clone is the peer's. */
  readonly isAuto: boolean;
  /** Times in a row that another clone was much better. */
  beaten: number;
  /** Whether a thread is at the clone now. */
  isAway(): boolean;
  /** Ends it; the app opens another one when it needs it. */
  end(reason: string): void;
}

/**
 * Serves one app that asked for a session, from its request to its end; never rejects.
 *
 * The app's connection is closed when the clone is gone, after a notice that says why; the clone's stream is closed when
 * the app hangs up.
 */
export async function serveApp(
  host: AppHost,
  { control, request: message }: { control: ControlChannel; request: Message },
  told: { opened(session: OwnSession): void; closed(session: OwnSession): void },
): Promise<void> {
  // Set before a first change is told: measuring goes on only once the session is relayed.
  let own: OwnSession | undefined;
  let session: CloneSession | undefined;
  try {
    const request = parseRequest(message);
    const emulated = request.link === undefined ? undefined : new EmulatedLink(parseLink(request.link));
    const out = new FrameOutlet(control.channel);
    const { promise: ended, resolve: end } = Promise.withResolvers<string>();
    const speed = host.measureSpeed();
    const power = await powerSupply();
    const onLink = (link: LinkSpec) => {
      const { shown } = own!;
      // It may have been measured again.
      const cloneSpeed = session!.answer.unitsPerMs / host.measureSpeed();
      shown.conditions = { ...shown.conditions, ...conditionsOf(link), cloneSpeed };
      notice(out, { type: "conditions", conditions: shown.conditions });
      host.changed();
    };
    const isAway = () => own?.isAway() ?? false;
    const gone = new AbortController();
    control.ended.then(() => gone.abort(new Error("the app hung up")));
    session = await host.openAnyClone(request.clones, {
      signal: gone.signal,
      request,
      emulated,
      probes: host.probes,
      onLink,
      isAway,
    });
    const reply = { ...welcome(session, { speed, power }), returnBytes: host.gate.returnBytes };
    const migrations = host.migrations.watch({
      role: "device",
      app: request.app,
      peer: reply.clone.name || reply.clone.peer,
    });
    own = {
      shown: {
        app: request.app,
        clone: reply.clone,
        why: session.why,
        conditions: reply.conditions,
        ...(session.linkAgeMs !== undefined && { linkAgeMs: Math.round(session.linkAgeMs) }),
      },
      isAuto: request.clones.includes("auto"),
      beaten: 0,
      isAway: () => migrations.isOut,
      end,
    };
    control.send(reply);
    told.opened(own);
    const reason = await relay({ control, out, session, host, migrations, ended, end });
    migrations.ended();
    notice(out, { type: "lost", reason });
  } catch (error) {
    control.send({ ok: false, error: (error as Error).message } satisfies SessionReply);
  }
  if (own !== undefined) told.closed(own);
  await control.channel.close();
}

interface Relay {
  readonly control: ControlChannel;
  readonly out: FrameOutlet;
  readonly session: CloneSession;
  readonly host: AppHost;
  readonly migrations: MigrationWatch;
  readonly ended: Promise<string>;
  readonly end: (reason: string) => void;
}

/** Passes frames both ways until one side ends; resolves to the reason. */
async function relay({ control, out, session, host, migrations, ended, end }: Relay): Promise<string> {
  const clone = session.control.channel;
  const credit = session.answer.tellsTaken ? new Credit(() => session.meter.current()) : undefined;
  const up = new FrameRelay(new FrameOutlet(clone), fromApp(migrations), (error) => end(error.message));
  const gate = new CloneGate(host.gate);
  const down = new FrameRelay(
    out,
    fromClone({ end, credit, gate }, migrations),
    (error) => end(error.message),
  );
  const send = (piece: Uint8Array) => {
    const wait = allOf([up.data(piece), credit?.sent(piece.length)]);
    // Only while there is no room the link sets the pace; else it is whoever asks, and how often.
    session.meter.sent(piece.length, wait !== undefined);
    return wait === undefined ? undefined : wait.then(() => session.meter.hasRoom());
  };
  const unwatch = host.watch(session);
  control.handOver({
    data: (chunk) =>
      chunk.length <= pieceBytes(credit) ? send(chunk) : inPieces(chunk, () => pieceBytes(credit), send),
    end: () => end("the app hung up"),
  });
  session.control.handOver({
    data(chunk) {
      host.heard(session);
      session.meter.arrived(chunk.length);
      return down.data(chunk);
    },
    end: (error) =>
      end(error === undefined ? "the clone ended the session" : `the clone is gone: ${error.message}`),
  });
  session.meter.watch();
  const alive = setInterval(() => notice(out, { type: "alive" }), ALIVE_MS);
  const reason = await ended;
  clearInterval(alive);
  unwatch();
  session.meter.close();
  credit?.end();
  if (reason === "the app hung up") clone.close();
  else clone.abort(new Error(reason));
  return reason;
}

/** Frames of content that an app sends. */
const FROM_APP: ReadonlySet<number> = new Set([
  BLOB_REPLY,
  BLOB_PUSH,
  BLOB_ASK,
  BLOB_OFFER,
  BLOB_COMING,
  BLOB_GONE,
]);

function pieceBytes(credit: Credit | undefined): number {
  return Math.min(READ_BYTES, credit?.pieceBytes ?? READ_BYTES);
}

async function inPieces(
  chunk: Uint8Array,
  bytes: () => number,
  send: (piece: Uint8Array) => Promise<void> | void,
): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    const end = Math.min(chunk.length, at + bytes());
    await send(chunk.subarray(at, end));
    at = end;
  }
}

/** From the app: session frames and content go on; what it notes for people is taken. */
function fromApp(migrations: MigrationWatch) {
  return {
    route(kind: number, payloadBytes: number): "forward" | "take" {
      if (kind === MIGRATE) migrations.left(payloadBytes);
      if (kind >= FIRST_SESSION_KIND || FROM_APP.has(kind)) return "forward";
      if (kind === HOP_CONTROL && payloadBytes <= MAX_CONTROL_BYTES) return "take";
      throw new Error(`Cannot pass frame on: an app sends no frame of kind ${kind} now`);
    },
    taken({ payload }: Frame) {
      const note = decodeJson(payload) as { type?: unknown; method?: unknown } | null;
      if (note?.type === "method") migrations.method = String(note.method).slice(0, 500);
    },
  };
}

/** From the clone: session frames and requests for content go on; its last words are taken. */
function fromClone(
  { end, credit, gate }: {
    readonly end: (reason: string) => void;
    readonly credit: Credit | undefined;
    readonly gate: CloneGate;
  },
  migrations: MigrationWatch,
) {
  return {
    route(kind: number, payloadBytes: number): "forward" | "take" {
      if (kind === RETURN) migrations.returned(payloadBytes);
      if (kind >= FIRST_SESSION_KIND || kind === BLOB_REQUEST || kind === BLOB_FOUND) {
        gate.frame(kind, payloadBytes);
        return "forward";
      }
      if (kind === HOP_CONTROL && payloadBytes <= MAX_CONTROL_BYTES) {
        gate.control();
        return "take";
      }
      throw new Error(
        `Cannot pass frame on: a clone sends no frame of kind ${kind} with ${payloadBytes} bytes`,
      );
    },
    taken({ payload }: Frame) {
      const message = decodeJson(payload) as { type?: unknown; reason?: unknown; bytes?: unknown } | null;
      if (message?.type === "taken" && isCount(message.bytes)) credit?.taken(message.bytes);
      if (message?.type === "lost" && typeof message.reason === "string") {
        end(gate.shown(message.reason));
      }
    },
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function notice(out: FrameOutlet, body: SessionNotice): void {
  out.inject(encodeJsonFrame(HOP_CONTROL, body));
}

function welcome(
  { connection, answer, link, why }: CloneSession,
  device: { speed: number; power: Conditions["power"] },
): Extract<SessionReply, { ok: true }> {
  return {
    ok: true,
    clone: { peer: connection.remotePeer.toString(), name: answer.name, address: addressOf(connection) },
    why,
    conditions: { ...conditionsOf(link), cloneSpeed: answer.unitsPerMs / device.speed, power: device.power },
  };
}

function conditionsOf({ rttMs, upBytesPerSecond, downBytesPerSecond }: LinkSpec) {
  return { rttMs, upBytesPerSecond, downBytesPerSecond };
}

/** Checks an app's request. @throws {TypeError} */
function parseRequest(message: Message): SessionRequest {
  const { sessionVersion, clones, link, app, deno, locale, timeZone } = message;
  const ok = Number.isInteger(sessionVersion) && typeof app === "string" && typeof deno === "string" &&
    (link === undefined || typeof link === "string") &&
    [locale, timeZone].every((text) => text === undefined || typeof text === "string") &&
    isTexts(clones) && clones.length > 0;
  if (!ok) throw new TypeError("Cannot open session: the request is malformed");
  return message as unknown as SessionRequest;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= 64 && value.every((item) => typeof item === "string");
}
