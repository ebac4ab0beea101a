import {
  ControlChannel,
  FIRST_MESSAGE_TIMEOUT_MS,
  type Message,
  socketChannel,
  timed,
} from "../channel/mod.ts";
import { PRIVATE_FILE_MODE } from "../home/mod.ts";
import { MAX_LOCAL_CONNECTIONS } from "./constants.ts";

/** Answers local processes; each connection starts with one message that has an `op`. */
export interface LocalHandler {
  /** Serves one connection to its end and closes it. May reject: then the other side is told. */
  serve(control: ControlChannel, message: Message): Promise<void>;
}

/** A socket that local processes of this user connect to. */
export interface LocalSocket {
  readonly path: string;
  /** Stops listening and cuts what is connected. */
  close(): void;
}

/** Listens on a Unix socket, for this user only (mode 0600). @throws {Error} if the path can't be used. */
export async function listenLocal(path: string, handler: LocalHandler): Promise<LocalSocket> {
  const listener = Deno.listen({ transport: "unix", path });
  await Deno.chmod(path, PRIVATE_FILE_MODE);
  const open = new Set<ControlChannel>();
  const take = (conn: Deno.Conn) => {
    if (open.size >= MAX_LOCAL_CONNECTIONS) return conn.close();
    const control = new ControlChannel(socketChannel(conn));
    open.add(control);
    serveLocal(control, handler).finally(() => open.delete(control));
  };
  accept(listener, take);
  return {
    path,
    close() {
      listener.close();
      for (const control of open) control.channel.abort(new Error("The peer stops"));
    },
  };
}

async function accept(listener: Deno.UnixListener, take: (conn: Deno.Conn) => void): Promise<void> {
  for await (const conn of listener) take(conn);
}

/** Serves a local process's connection to its end; never rejects. */
export async function serveLocal(control: ControlChannel, handler: LocalHandler): Promise<void> {
  try {
    const message = await timed(FIRST_MESSAGE_TIMEOUT_MS, (signal) => control.receive(signal));
    if (message !== undefined) await handler.serve(control, message);
  } catch (error) {
    control.send({ ok: false, error: (error as Error).message });
  }
  await control.channel.close();
}
