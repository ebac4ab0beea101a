import {
  type AppConfig,
  type CodeService,
  decodeJson,
  encodeJsonFrame,
  type FileChanges,
  type Frame,
  FrameDecoder,
  HOP_CONTROL,
  joinBytes,
  land,
  type Landed,
  type StageStop,
  type SupervisorRequest,
  type TraceEvent,
} from "../../runtime/mod.ts";
import type { Conditions } from "../../runtime/mod.ts";
import type { Clones } from "./clones.ts";

/** What a supervisor is told by the app it watches. */
export interface Watcher {
  /** An app that is stepped through waits until this is settled. */
  event(event: TraceEvent): Promise<void> | void;
  conditions(conditions: Conditions, peer: string): void;
  /** No session was opened, for this reason. */
  refused(reason: string): void;
  report(report: unknown): void;
  /** A thread stands at a stage of its migration, and with it the app; both go on once this is settled. */
  stage(stop: StageStop): Promise<void>;
  /** The app's modules are loaded; an answer other than undefined stops it. */
  loaded(): Promise<string | undefined>;
}

export interface SupervisorParts {
  readonly config: () => Promise<AppConfig>;
  readonly code: CodeService;
  readonly watcher: Watcher;
  /** Where sessions go; asked for each time one is opened. Undefined if there is no clone to look for. */
  readonly clones: () => Promise<Clones | undefined>;
  /** Folder for the journals of changed files. */
  readonly journals: string;
}

/**
 * Serves one app process on a private local socket: its configuration, its code, its events. It lives in the process that
 * started the app, so that the app's own process needs neither the parser nor permissions for caches.
 */
export class Supervisor {
  readonly path: string;
  /** Where the app's migrator listens. */
  readonly door: string;
  readonly #folder: string;
  readonly #listener: Deno.Listener;
  readonly #config: () => Promise<AppConfig>;
  readonly #code: CodeService;
  readonly #watcher: Watcher;
  readonly #clones: SupervisorParts["clones"];
  readonly #journals: string;
  readonly #changedBytes: Uint8Array[] = [];
  #landed: Landed | undefined;

  constructor(parts: SupervisorParts) {
    this.#folder = Deno.makeTempDirSync({ prefix: "clonecloud-" });
    this.path = `${this.#folder}/app.sock`;
    this.door = `${this.#folder}/door.sock`;
    this.#listener = Deno.listen({ transport: "unix", path: this.path }) as unknown as Deno.Listener;
    this.#config = parts.config;
    this.#code = parts.code;
    this.#watcher = parts.watcher;
    this.#clones = parts.clones;
    this.#journals = parts.journals;
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
          await this.#answer(connection, message);
        }
      }
    } catch {
      // The app ended.
    }
  }

  /** Makes a connection for one session, for an app process that can't connect to the peer itself (any more). */
  async #connect(): Promise<boolean> {
    try {
      const connection = await Deno.connect({ transport: "unix", path: this.door });
      this.#relay(connection).catch(() => connection.close());
      return true;
    } catch {
      return false; // The app is about to end.
    }
  }

  /** Carries one session to the peer. */
  async #relay(connection: Deno.Conn): Promise<void> {
    const hello = await firstFrame(connection, new FrameDecoder());
    const clones = hello === undefined ? undefined : await this.#clones();
    if (hello === undefined || clones === undefined) {
      const refusal = encodeJsonFrame(HOP_CONTROL, { ok: false, error: "no clone in reach" });
      await writeAll(connection, refusal).catch(() => {});
      return connection.close();
    }
    const request = { ...decodeJson(hello.payload) as Record<string, unknown>, clones: clones.wanted };
    if (clones.adopt !== undefined) return clones.adopt(connection, request);
    const peer = await Deno.connect({ transport: "unix", path: clones.socket });
    await writeAll(peer, encodeJsonFrame(HOP_CONTROL, request));
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
    await writeAll(connection, frame);
  }

  /** Changes files for the app: all or none. Returns why not. */
  #land(changes: FileChanges): string | null {
    const bytes = joinBytes(this.#changedBytes.splice(0));
    try {
      this.#landed = land(this.#journals, changes, bytes);
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #endLanding(keep: boolean): string | null {
    const landed = this.#landed;
    this.#landed = undefined;
    try {
      if (keep) landed?.keep();
      else landed?.undo();
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async #dispatch(request: SupervisorRequest): Promise<unknown> {
    switch (request.op) {
      case "config":
        return await this.#config();
      case "events":
        for (const event of request.events) await this.#watcher.event(event);
        return;
      case "conditions":
        return this.#watcher.conditions(request.conditions, request.peer);
      case "refused":
        return this.#watcher.refused(request.reason);
      case "report":
        return this.#watcher.report(request.report);
      case "stage":
        return await this.#watcher.stage(request.stop);
      case "changed-bytes":
        return void this.#changedBytes.push(Uint8Array.fromBase64(request.base64));
      case "land":
        return this.#land(request.changes);
      case "landed":
        return this.#endLanding(request.keep);
      case "connect":
        return await this.#connect();
      case "loaded":
        return await this.#watcher.loaded();
    }
    return await this.#code.answer(request);
  }
}

/** The first frame on a connection; the app's migrator waits for the answer, so nothing follows it yet. */
async function firstFrame(connection: Deno.Conn, decoder: FrameDecoder): Promise<Frame | undefined> {
  const buffer = new Uint8Array(1 << 16);
  for (let frame = decoder.next();; frame = decoder.next()) {
    if (frame !== undefined) return frame;
    const count = await connection.read(buffer);
    if (count === null) return undefined;
    decoder.push(buffer.slice(0, count));
  }
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
