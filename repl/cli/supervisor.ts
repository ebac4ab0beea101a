import {
  type AppConfig,
  AppLink,
  type AppMessage,
  Board,
  type CodeService,
  type Conditions,
  type FileChanges,
  land,
  type Landed,
  type MigrationService,
  openMigrationService,
  type RewriteAnswer,
  type StageStop,
  type SupervisorRequest,
  type TraceEvent,
} from "../../runtime/mod.ts";
import { stateOf } from "../../net/home/mod.ts";
import type { Clones } from "./clones.ts";
import { runFolder, type RunFolders } from "./run_folders.ts";
import type { RunPlace } from "./run_place.ts";

/** What a supervisor is told by the app it watches. */
export interface Watcher {
  /** An app that is stepped through waits until this is settled. */
  event(event: TraceEvent): Promise<void> | void;
  conditions(conditions: Conditions, peer: string): void;
  /** No session was opened, for this reason. */
  refused(reason: string): void;
  report(report: unknown): void;
  /** The app has started a Worker. */
  worker(): void;
  /** A thread stands at a stage of its migration, and with it the app; both go on once this is settled. */
  stage(stop: StageStop): Promise<void>;
  /** The app can't be loaded, and nothing of it has run. Returns whether it is run again without the runtime. */
  lost(): boolean;
  /** The app's modules are loaded; an answer other than undefined stops it. */
  loaded(): Promise<string | undefined>;
}

export interface SupervisorParts {
  readonly config: () => Promise<AppConfig>;
  readonly code: CodeService;
  readonly watcher: Watcher;
  /** Where sessions go; asked for each time one is opened. Undefined if there is no clone to look for. */
  readonly clones: () => Promise<Clones | undefined>;
  /** Which of these files a clone was sent ahead, with the hashes of what is in them. */
  readonly sent: (
    clone: string,
    paths: readonly string[],
  ) => Promise<Record<string, readonly string[]>>;
  /** Whether this process may stand still over an app that doesn't read what it asked for. */
  readonly mayBlock: boolean;
  /** Folder for the journals of changed files. */
  readonly journals: string;
  /** Folders made ahead, in a process that serves many runs. */
  readonly folders?: RunFolders | undefined;
}

/** Workers of an app that run rewritten at a time: each holds a thread of this process that waits for what it says. */
const MAX_WORKERS = 100;

/**
 * Serves one app process: its configuration, its code, its sessions, its events. It lives in the device's running peer, or else
 * in the process that started the app, so that the app's own process needs neither the parser nor a second isolate, nor
 * permissions for caches and peers.
 */
export class Supervisor {
  /** Where the app finds its ends of the pipes, and the board. */
  readonly folder: string;
  readonly #link: AppLink;
  readonly #board: Board;
  readonly #parts: SupervisorParts;
  #landed: Landed | undefined;
  #migration: Promise<MigrationService> | undefined;
  /** What the app asked and told is served in order. */
  #served: Promise<void> = Promise.resolve();
  #closed = false;
  #workers: AppLink[] = [];

  /** @throws {Error} if the pipes or the board can't be made. */
  constructor(parts: SupervisorParts, place: RunPlace) {
    this.#parts = parts;
    this.folder = parts.folders?.take(place) ?? runFolder(place);
    try {
      const board = Deno.openSync(`${this.folder}/board`, { write: true, create: true, mode: 0o600 });
      this.#board = new Board((bytes) => {
        board.seekSync(0, Deno.SeekMode.Start);
        board.writeSync(bytes);
      });
      this.#link = new AppLink(
        this.folder,
        (message, _link, packet) => this.#receive(message, packet),
        { ...parts, piped: true },
      );
    } catch (error) {
      Deno.removeSync(this.folder, { recursive: true });
      throw new Error(`Cannot write to ${this.folder}: ${stateOf(error as Error)}`, { cause: error });
    }
  }

  /** The app has ended. */
  close(): void {
    this.#closed = true;
    this.#migration?.then((migration) => migration.close(), () => {});
    for (const link of [this.#link, ...this.#workers]) link.close();
    try {
      Deno.removeSync(this.folder, { recursive: true });
    } catch {
      // Somebody cleaned up the temporary folder.
    }
  }

  /** Pipes for one more thread, whose modules are rewritten and of which nothing migrates. */
  #openWorker(): string | null {
    this.#workers = this.#workers.filter((link) => !link.closed);
    if (this.#workers.length >= MAX_WORKERS) return null;
    const folder = Deno.makeTempDirSync({ dir: this.folder });
    this.#workers.push(
      new AppLink(folder, async (message, link, packet) => {
        if (message.op === "supervisor") await this.#answer(message, link, packet);
      }, this.#parts),
    );
    return folder;
  }

  #receive(message: AppMessage, packet: Uint8Array<ArrayBuffer> | undefined): void {
    if (message.op !== "supervisor") {
      // The app's thread waits for an answer also where there is no clone to look for.
      const gone = () => this.#link.answer(message, undefined);
      if (this.#migration === undefined) gone();
      else this.#migration.then((migration) => migration.serve(message, packet), gone);
    } else this.#served = this.#served.then(() => this.#answer(message, this.#link, packet));
  }

  async #answer(
    message: AppMessage,
    link: AppLink,
    sent: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<void> {
    try {
      if (message.request.op !== "rewrite") {
        return link.answer(message, await this.#dispatch(message.request) ?? null);
      }
      const { packet, ...value } = await this.#parts.code.answer(message.request, sent) as RewriteAnswer;
      link.answer(message, value, packet);
    } catch {
      // Of no use to the app, which goes on as if there were no supervisor.
      link.answer(message, undefined);
    }
  }

  async #begin(): Promise<AppConfig> {
    const config = await this.#parts.config();
    // Not waited for: the app's thread goes on loading its code meanwhile.
    if (config.session !== undefined) this.#migration = this.#openMigration(config);
    return config;
  }

  async #openMigration(config: AppConfig): Promise<MigrationService> {
    const migration = await openMigrationService({
      config,
      board: this.#board,
      answer: (message, value, packet) => this.#link.answer(message, value, packet),
      question: (lane, question) => this.#link.ask(lane, question),
      ask: (request) => this.#dispatch(request),
      connect: async () => (await this.#parts.clones())?.open(),
    });
    if (this.#closed) migration.close();
    return migration;
  }

  /** Changes files for the app: all or none. Returns why not. */
  #land(changes: FileChanges, bytes: Uint8Array): string | null {
    try {
      this.#landed = land(this.#parts.journals, changes, bytes);
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
        return await this.#begin();
      case "worker":
        this.#parts.watcher.worker();
        return this.#openWorker();
      case "events":
        for (const event of request.events) await this.#parts.watcher.event(event);
        return;
      case "conditions":
        return this.#parts.watcher.conditions(request.conditions, request.peer);
      case "refused":
        return this.#parts.watcher.refused(request.reason);
      case "report":
        return this.#parts.watcher.report(request.report);
      case "stage":
        return await this.#parts.watcher.stage(request.stop);
      case "land":
        return this.#land(request.changes, request.bytes);
      case "landed":
        return this.#endLanding(request.keep);
      case "sent":
        return await this.#parts.sent(request.clone, request.paths);
      case "lost":
        return this.#parts.watcher.lost();
      case "loaded":
        return await this.#parts.watcher.loaded();
    }
    return await this.#parts.code.answer(request);
  }
}
