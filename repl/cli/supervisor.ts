import {
  type AppConfig,
  type CodeService,
  encodeJsonFrame,
  FrameDecoder,
  HOP_CONTROL,
  type StageStop,
  type SupervisorRequest,
  type TraceEvent,
} from "../../runtime/mod.ts";

/** What a supervisor is told by the app it watches. */
export interface Watcher {
  /** An app that is stepped through waits until this is settled. */
  event(event: TraceEvent): Promise<void> | void;
  conditions(conditions: unknown, peer: string): void;
  report(report: unknown): void;
  /** A thread stands at a stage of its migration, and with it the app; both go on once this is settled. */
  stage(stop: StageStop): Promise<void>;
  /** The app's modules are loaded; an answer other than undefined stops it. */
  loaded(): string | undefined;
}

/**
 * Serves one app process on a private local socket: its configuration, its code, its events. It lives in the process that
 * started the app, so that the app's own process needs neither the parser nor permissions for caches.
 */
export class Supervisor {
  readonly path: string;
  readonly #folder: string;
  readonly #listener: Deno.Listener;
  readonly #config: () => Promise<AppConfig>;
  readonly #code: CodeService;
  readonly #watcher: Watcher;

  constructor(parts: { config: () => Promise<AppConfig>; code: CodeService; watcher: Watcher }) {
    this.#folder = Deno.makeTempDirSync({ prefix: "clonecloud-" });
    this.path = `${this.#folder}/app.sock`;
    this.#listener = Deno.listen({ transport: "unix", path: this.path }) as unknown as Deno.Listener;
    this.#config = parts.config;
    this.#code = parts.code;
    this.#watcher = parts.watcher;
    this.#accept();
  }

  close(): void {
    try {
      this.#listener.close();
    } catch {
      // Closed already.
    }
    try {
      Deno.removeSync(this.#folder, { recursive: true });
    } catch {
      // Somebody cleaned up the temporary folder.
    }
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) this.#serve(connection);
    } catch {
      // Closed.
    }
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    const decoder = new FrameDecoder();
    const buffer = new Uint8Array(1 << 16);
    try {
      for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
        decoder.push(buffer.slice(0, count));
        for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
          if (frame.kind !== HOP_CONTROL) continue;
          const message = JSON.parse(new TextDecoder().decode(frame.payload));
          if (message.relay === true) return await this.#relay(connection);
          await this.#answer(connection, message);
        }
      }
    } catch {
      // The app ended.
    }
  }

  /** Carries one session to the peer, for an app process that may no longer connect to it itself. */
  async #relay(connection: Deno.Conn): Promise<void> {
    const first = new Uint8Array(1 << 16);
    const count = await connection.read(first);
    const socket = (await this.#config()).peerSocket;
    if (count === null || socket === undefined) return connection.close();
    const peer = await Deno.connect({ transport: "unix", path: socket });
    for (let at = 0; at < count;) at += await peer.write(first.subarray(at, count));
    await Promise.allSettled([
      connection.readable.pipeTo(peer.writable),
      peer.readable.pipeTo(connection.writable),
    ]);
  }

  async #answer(connection: Deno.Conn, message: { id: number; request: SupervisorRequest }): Promise<void> {
    const { id, request } = message;
    const answer = await this.#dispatch(request);
    if (id === 0) return;
    const frame = encodeJsonFrame(HOP_CONTROL, { id, answer: answer ?? null });
    for (let at = 0; at < frame.length;) at += await connection.write(frame.subarray(at));
  }

  async #dispatch(request: SupervisorRequest): Promise<unknown> {
    switch (request.op) {
      case "config":
        return await this.#config();
      case "event":
        return await this.#watcher.event(request.event);
      case "conditions":
        return this.#watcher.conditions(request.conditions, request.peer);
      case "report":
        return this.#watcher.report(request.report);
      case "stage":
        return await this.#watcher.stage(request.stop);
      case "loaded":
        return this.#watcher.loaded();
    }
    return this.#code.answer(request);
  }
}
