import { ControlChannel, type Message, socketChannel, timed } from "../channel/mod.ts";
import { type Home, socketPathOf } from "../home/mod.ts";
import { LOCAL_ANSWER_TIMEOUT_MS } from "./constants.ts";

/** A connection to this user's running peer, for commands. */
export interface LocalClient {
  /** Sends one request; its answer. @throws {Error} with the peer's reason if it refuses. */
  request(message: { readonly op: string } & Record<string, unknown>): Promise<Message>;
  /** What the peer says after its answer; undefined when it hangs up. */
  next(): Promise<Message | undefined>;
  close(): void;
}

/** Connects to the peer that serves a home; undefined if none runs. */
export async function connectLocal(home: Home): Promise<LocalClient | undefined> {
  let conn: Deno.UnixConn;
  try {
    conn = await Deno.connect({ transport: "unix", path: await socketPathOf(home) });
  } catch {
    return undefined;
  }
  const control = new ControlChannel(socketChannel(conn));
  return {
    async request(message) {
      control.send(message);
      const answer = await timed(LOCAL_ANSWER_TIMEOUT_MS, (signal) => control.receive(signal)).catch(
        (cause) => {
          if (cause.name !== "TimeoutError") throw cause;
          const seconds = LOCAL_ANSWER_TIMEOUT_MS / 1000;
          throw new Error(
            `Cannot ask the running peer: no answer in ${seconds} s; stop it and start it again`,
            {
              cause,
            },
          );
        },
      );
      if (answer === undefined) throw new Error("Cannot ask the peer: it hung up");
      if (answer.ok !== true) throw new Error(String(answer.error));
      return answer;
    },
    next: () => control.receive(),
    close: () => control.channel.abort(new Error("closed")),
  };
}
