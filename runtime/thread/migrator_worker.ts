/**
 * The migrator: serves the app's main thread, which may be stopped, from its own event loop. It talks to the supervisor
 * (code, configuration, events) and to the peer (the session), over one local socket each.
 */
import { workerData } from "node:worker_threads";
import { Board } from "./board.ts";
import { HOP_CONTROL } from "./frame.ts";
import { LocalConnection } from "./local_connection.ts";
import { DeviceSession, type SessionState } from "./device_session.ts";
import type { AppConfig } from "./protocol.ts";

const { port, signal, supervisor, board: shared } = workerData as {
  board: SharedArrayBuffer;
  port: import("node:worker_threads").MessagePort;
  signal: Int32Array;
  supervisor: string;
};

const board = new Board(shared);
let config: AppConfig | undefined;
let session: DeviceSession | undefined;
const connection = await LocalConnection.open(supervisor);
const waiting = new Map<number, (answer: any) => void>();
let next = 1;
/** How many sessions an app process may open after failed ones. */
const SPARE_CONNECTIONS = 6;
const connections: LocalConnection[] = [];

connection.onFrame = (frame) => {
  if (frame.kind !== HOP_CONTROL) return;
  const { id, answer } = JSON.parse(new TextDecoder().decode(frame.payload));
  waiting.get(id)?.(answer);
  waiting.delete(id);
};
connection.onClose = () => {
  for (const resolve of waiting.values()) resolve(undefined);
};

/** Asks the supervisor. */
function ask(request: unknown): Promise<any> {
  const id = next++;
  connection.sendJson({ id, request });
  return new Promise((resolve) => waiting.set(id, resolve));
}

function answer(id: number, value: unknown, transfer: ArrayBuffer[] = []): void {
  port.postMessage({ id, value }, transfer);
  Atomics.add(signal, 0, 1);
  Atomics.notify(signal, 0);
}

async function serve(message: any): Promise<void> {
  switch (message.op) {
    case "config":
      config = await ask({ op: "config" });
      if (config!.session !== undefined) await connectPeer(config!.peerSocket);
      return answer(message.id, config);
    case "supervisor":
      return answer(message.id, await ask(message.request));
    case "note":
      connection.sendJson({ id: 0, request: message.request });
      return;
    case "event":
      connection.sendJson({ id: 0, request: { op: "event", event: message.event } });
      return;
    case "open":
      session ??= newSession();
      return;
    case "close":
      session?.close();
      session = newSession();
      return;
    case "session":
      session ??= newSession();
      return answer(message.id, await within(session.ready, message.waitMs));
    case "migrate": {
      const reply = await session!.migrate(message);
      return answer(
        message.id,
        reply,
        reply.packet === undefined ? [] : [reply.packet.buffer as ArrayBuffer],
      );
    }
  }
}

/**
 * Connections are opened before the app runs: afterwards this process may no longer be allowed to. The first leads to
 * the peer; the others, for sessions after a failed one, go through the supervisor.
 */
async function connectPeer(socket: string | undefined): Promise<void> {
  try {
    if (socket !== undefined) connections.push(await LocalConnection.open(socket));
  } catch {
    // The peer is gone: the supervisor will say so too.
  }
  for (let i = 0; i < SPARE_CONNECTIONS; i++) {
    const spare = await LocalConnection.open(supervisor);
    spare.sendJson({ relay: true });
    connections.push(spare);
  }
}

/** How the session stands, at the latest after so many milliseconds. */
async function within(
  ready: DeviceSession["ready"],
  ms: number,
): Promise<SessionState | { ok: false; error: string; late: true }> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<{ ok: false; error: string; late: true }>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, error: "the session is not open yet", late: true }), ms);
  });
  const state = await Promise.race([ready, late]);
  clearTimeout(timer);
  return state;
}

function newSession(): DeviceSession {
  const event = (item: unknown) => connection.sendJson({ id: 0, request: { op: "event", event: item } });
  return new DeviceSession(config!, connections.shift(), { ask, event, board });
}

port.on("message", (message: any) => {
  serve(message).catch((error) =>
    answer(message.id, { ok: false, error: String(error), reason: String(error) })
  );
});
