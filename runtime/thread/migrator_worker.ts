/**
 * The migrator: serves the app's main thread, which may be stopped, from its own event loop. It talks to the supervisor
 * (code, configuration, events) and to the peer (the session), over one local socket each.
 */
import { FileRoots } from "../host/file_roots.ts";
import { Board } from "./board.ts";
import { HOP_CONTROL } from "./frame.ts";
import { LocalConnection } from "./local_connection.ts";
import { DeviceSession, type MigrateReply, type SessionState } from "./device_session.ts";
import type { AppConfig, TraceEvent } from "./protocol.ts";
import { FAILED, FAILED_ID, type Notice, POSTED } from "./sync_notice.ts";

/** What the app's thread starts this Worker with. */
interface MigratorStart {
  readonly board: SharedArrayBuffer;
  readonly port: MessagePort;
  readonly signal: Int32Array;
  /** Path of the supervisor's socket. */
  readonly supervisor: string;
}

const { port, signal, supervisor, board: shared } = await new Promise<MigratorStart>((resolve) =>
  addEventListener("message", (event) => resolve((event as MessageEvent).data), { once: true })
);

// The app may be waiting: whatever ends this Worker, it is told.
addEventListener("error", fail);
addEventListener("unhandledrejection", fail);

const board = new Board(shared);
let config: AppConfig | undefined;
let session: DeviceSession | undefined;
let roots: FileRoots | undefined;
const connection = await LocalConnection.open(supervisor).catch(fail);
const waiting = new Map<number, (answer: any) => void>();
let next = 1;
let supervised = true;
/** After a failed session, another is opened at the next migration point after this long; doubled each time. */
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 300_000;
let retryMs = FIRST_RETRY_MS;
/** Leads straight to the peer, for the first session. */
let first: LocalConnection | undefined;
/** Where the supervisor brings connections for the others. */
let door: Deno.UnixListener | undefined;

connection.onFrame = (frame) => {
  if (frame.kind !== HOP_CONTROL) return;
  const { id, answer } = JSON.parse(new TextDecoder().decode(frame.payload));
  waiting.get(id)?.(answer);
  waiting.delete(id);
};
connection.onClose = () => {
  supervised = false;
  for (const resolve of waiting.values()) resolve(undefined);
};

/** Asks the supervisor; undefined if it is gone. */
function ask(request: unknown): Promise<any> {
  if (!supervised) return Promise.resolve(undefined);
  const id = next++;
  connection.sendJson({ id, request });
  return new Promise((resolve) => waiting.set(id, resolve));
}

function answer(id: number, value: unknown, bytes?: ArrayBuffer, to = { port, signal }): void {
  const notice: Notice = { id, json: JSON.stringify(value), ...(bytes !== undefined && { bytes }) };
  to.port.postMessage(notice, bytes === undefined ? [] : [bytes]);
  Atomics.add(to.signal, POSTED, 1);
  Atomics.notify(to.signal, POSTED);
}

/** Workers of the app: their modules are rewritten, but nothing of theirs migrates. */
const workers = new Set<Pick<MigratorStart, "port" | "signal">>();

function serveWorker(worker: Pick<MigratorStart, "port" | "signal">): void {
  workers.add(worker);
  worker.port.addEventListener("close", () => workers.delete(worker));
  worker.port.onmessage = async ({ data }) => {
    if (data.op === "worker") serveWorker(data);
    else answer(data.id, await ask(data.request), undefined, worker);
  };
}

function tell(events: readonly TraceEvent[]): void {
  connection.sendJson({ id: 0, request: { op: "events", events } });
}

function fail(): never {
  for (const end of [{ port, signal }, ...workers]) {
    Atomics.store(end.signal, FAILED, 1);
    answer(FAILED_ID, undefined, undefined, end);
  }
  return close() as never;
}

async function serve(message: any): Promise<void> {
  switch (message.op) {
    case "config":
      config = await ask({ op: "config" });
      if (config!.session !== undefined) {
        await connectPeer(config!.peerSocket);
        // Already now: it opens while the app's code is loaded.
        if (config!.methods.length > 0) session = newSession();
      }
      return answer(message.id, config);
    case "supervisor":
      return answer(message.id, await ask(message.request));
    case "note":
      connection.sendJson({ id: 0, request: message.request });
      return;
    case "worker":
      return serveWorker(message);
    case "events":
      return tell(message.events);
    case "close":
      session?.close();
      session = newSession(session?.isGone === true);
      return;
    case "session":
      session ??= newSession();
      return answer(message.id, await sessionState(message.waitMs));
    case "land":
      return answer(message.id, await session?.land());
    case "landed":
      return answer(message.id, await ask({ op: "landed", keep: message.keep }));
    case "migrate": {
      const reply = session?.id === message.session
        ? await session!.migrate(message)
        : { ok: false, reason: "its session has ended" } as MigrateReply;
      const { packet, ...rest } = reply;
      return answer(message.id, rest, packet?.buffer as ArrayBuffer | undefined);
    }
  }
}

/**
 * Opened before the app runs: afterwards this process may no longer be allowed to connect anywhere. Accepting needs no
 * permission, so later sessions, however many, go over connections that the supervisor makes.
 */
async function connectPeer(socket: string | undefined): Promise<void> {
  door = Deno.listen({ transport: "unix", path: config!.door });
  try {
    if (socket !== undefined) first = await LocalConnection.open(socket);
  } catch {
    // The peer is gone: the supervisor will say so too.
  }
}

/** A connection for one more session; undefined if nobody makes one any more. */
async function connect(): Promise<LocalConnection | undefined> {
  const direct = first;
  first = undefined;
  if (direct !== undefined) return direct;
  // Answered once it waits to be accepted.
  if (await ask({ op: "connect" }) !== true) return undefined;
  return new LocalConnection(await door!.accept());
}

/** The session's state, after a wait of limited length; one that failed long enough ago is opened again meanwhile. */
async function sessionState(waitMs: number): Promise<SessionState> {
  session ??= newSession();
  const state = await session.settled(waitMs);
  if (!state.ok && session.failedFor() > retryMs) {
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
    session.close();
    session = newSession(true);
  } else if (state.ok) retryMs = FIRST_RETRY_MS;
  return state;
}

/** `impatient`: a clone was lost just now, so nobody waits until another is found. */
function newSession(impatient = false): DeviceSession {
  // Only who traces or steps wants to know each stage.
  const observed = config!.trace || config!.stepping;
  const event = observed ? (item: TraceEvent) => tell([item]) : () => {};
  roots ??= new FileRoots(config!.roots, config!.start.temporary);
  const parts = { connection: connect(), patient: !impatient, ask, event, board, roots };
  return new DeviceSession(config!, parts);
}

port.onmessage = ({ data: message }) => {
  serve(message).catch((error) =>
    answer(message.id, { ok: false, error: String(error), reason: String(error) })
  );
};
