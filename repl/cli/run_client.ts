import { decodeJson, encodeJsonFrame, FrameDecoder, HOP_CONTROL } from "../../runtime/frames/mod.ts";
import { absolutePath } from "../../runtime/paths/mod.ts";
import { defaultHome, socketPathOf } from "../../net/home/mod.ts";
import { runForeground } from "./app_process.ts";
import { later } from "./later.ts";
import { ownTerms, type RunAnswer, type RunNews, type RunOrder, type RunRequest } from "./run_messages.ts";
import { ownPlace } from "./run_place.ts";

/** Requests that are longer go to nobody: the peer takes no message of twice this. */
const MAX_REQUEST_BYTES = 32 * 1024;

/**
 * Has the running peer serve a run, given the command line behind `run`: it has all of the runtime loaded and warm, so that this
 * process need only start the app. Resolves to its exit code; undefined if no peer runs, or none that would do: then nothing has
 * happened yet.
 */
export async function servedRun(args: readonly string[]): Promise<number | undefined> {
  const connection = await connect(args);
  if (connection === undefined) return undefined;
  const request: RunRequest = {
    ...{ op: "run", terms: ownTerms(), args, home: connection.home, place: ownPlace() },
  };
  const frame = encodeJsonFrame(HOP_CONTROL, request);
  if (frame.length <= MAX_REQUEST_BYTES) return await new ServedRun(connection.to).serve(frame);
  connection.to.close();
  return undefined;
}

/** To the peer of the home that is probably named: the one that is asked parses the command line, and knows. */
async function connect(
  args: readonly string[],
): Promise<{ readonly to: Deno.UnixConn; readonly home: string } | undefined> {
  try {
    const home = absolutePath(Deno.cwd(), defaultHome());
    const named = namedHome(args);
    const folder = named === undefined ? home : absolutePath(Deno.cwd(), named);
    const path = await socketPathOf({ path: (name) => `${folder}/${name}` });
    return { to: await Deno.connect({ transport: "unix", path }), home };
  } catch {
    return undefined;
  }
}

function namedHome(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => /^--home(=|$)/.test(arg));
  return at < 0 ? undefined : args[at] === "--home" ? args[at + 1] : args[at]!.slice("--home=".length);
}

class ServedRun {
  readonly #connection: Deno.UnixConn;
  readonly #frames = new FrameDecoder();
  #quiet = false;
  /** The app's process, once it was started. */
  #app: Promise<number> | undefined;

  constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
  }

  async serve(request: Uint8Array): Promise<number | undefined> {
    try {
      await this.#write(request);
      const answer = await this.#next() as RunAnswer | { ok: false } | undefined;
      if (answer?.ok !== true) return undefined;
      this.#quiet = answer.quiet;
      for (let order; (order = await this.#next() as RunOrder | undefined) !== undefined;) {
        if (order.type === "done") return order.code;
        if (order.type === "failed") {
          console.error(order.failure.text);
          return order.failure.code;
        }
        this.#carryOut(order);
      }
    } catch (error) {
      if (!(error instanceof PeerGone)) throw error;
    } finally {
      this.#close();
    }
    return await this.#alone();
  }

  /** The peer is gone. */
  async #alone(): Promise<number | undefined> {
    if (this.#app === undefined) return undefined;
    if (!this.#quiet) console.error("clonecloud: the peer has ended; everything runs here from now on");
    return await this.#app;
  }

  #carryOut(order: Exclude<RunOrder, { type: "done" | "failed" }>): void {
    if (order.type === "say") console.error(order.line);
    else if (order.type === "launch") this.#launch(order);
    else this.#doAside(order);
  }

  /** One after the other: an app that can't be loaded is started again. */
  #launch({ command, args }: Extract<RunOrder, { type: "launch" }>): void {
    const app = this.#app = runForeground(command, args);
    app.then(
      (code) => this.#tell({ type: "ended", code }),
      (error) => this.#tell({ type: "unstarted", message: (error as Error).message }),
    );
  }

  async #doAside({ id, task, file }: Extract<RunOrder, { type: "aside" }>): Promise<void> {
    const { doAside } = await later<typeof import("./run_aside.ts")>("./run_aside.ts", import.meta.url);
    await doAside(task, file);
    this.#tell({ type: "aside", id });
  }

  #tell(news: RunNews): void {
    this.#write(encodeJsonFrame(HOP_CONTROL, news)).catch(() => {
      // Who no longer listens is missed by whoever reads.
    });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
    } catch {
      throw new PeerGone();
    }
  }

  /** The next message; undefined at the end. */
  async #next(): Promise<unknown> {
    const buffer = new Uint8Array(16_384);
    while (true) {
      const frame = this.#frames.next();
      if (frame !== undefined) return decodeJson(frame.payload);
      let count: number | null;
      try {
        count = await this.#connection.read(buffer);
      } catch {
        throw new PeerGone();
      }
      if (count === null) return undefined;
      this.#frames.push(buffer.slice(0, count));
    }
  }

  #close(): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed.
    }
  }
}

class PeerGone extends Error {}
