/**
 * Serves an app's main thread, which may be stopped, from its supervisor's event loop: keeps a session with a clone open,
 * ships captured threads and brings back what became of them.
 */
import { AskedPermissions, type PermissionState } from "../host/file_permissions.ts";
import { FileRoots } from "../host/file_roots.ts";
import type { AppMessage } from "./app_link.ts";
import type { Board } from "./board.ts";
import { DeviceSession, type MigrateReply, type SessionState } from "./device_session.ts";
import type { AppQuestion, Lane } from "./link_frames.ts";
import type { AppConfig, GuestReply, SupervisorRequest, TraceEvent } from "./protocol.ts";
import type { OpenedLink } from "./session_link.ts";

/** After a failed session, another is opened at the next migration point after this long; doubled each time. */
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 300_000;

/** What the service needs of its supervisor. */
export interface MigrationParts {
  readonly config: AppConfig;
  readonly board: Board;
  /** Answers one of the app's messages. */
  answer(message: AppMessage, value: unknown, packet?: Uint8Array): void;
  /** Asks the app's thread, which waits there. */
  question(lane: Lane, question: AppQuestion): Promise<unknown>;
  /** Does something for a session. */
  ask(request: SupervisorRequest): Promise<unknown>;
  /** A connection of its own for one more session; undefined if there is no way to a clone. */
  connect(): Promise<OpenedLink | undefined>;
}

/** Sessions of one app, one after the other. */
export class MigrationService {
  readonly #parts: MigrationParts;
  readonly #roots: FileRoots;
  readonly #permissions: AskedPermissions;
  /** Where the app's thread waits now. */
  #lane: Lane = "down";
  #session: DeviceSession | undefined;
  #retryMs = FIRST_RETRY_MS;

  constructor(parts: MigrationParts) {
    this.#parts = parts;
    this.#permissions = new AskedPermissions((permission) =>
      parts.question(this.#lane, { about: "permission", permission }) as Promise<PermissionState>
    );
    const { roots, start } = parts.config;
    this.#roots = new FileRoots(roots, start.temporary, this.#permissions);
    // Already now: it opens while the app's code is loaded.
    if (parts.config.methods.length > 0 && parts.config.session !== undefined) {
      this.#session = this.#newSession();
    }
  }

  /** The app ends. */
  close(): void {
    this.#session?.close();
  }

  /** Serves a message that is for it; never rejects. */
  async serve(message: AppMessage, packet: Uint8Array | undefined): Promise<void> {
    try {
      const { bytes, ...reply } = await this.#perform(message, packet);
      this.#parts.answer(message, reply.value, bytes);
    } catch (error) {
      const reason = String(error);
      this.#parts.answer(message, { ok: false, error: reason, reason });
    }
  }

  async #perform(
    message: AppMessage,
    packet: Uint8Array | undefined,
  ): Promise<{ readonly value?: unknown; readonly bytes?: Uint8Array | undefined }> {
    switch (message.op) {
      case "close":
        this.#session?.close();
        this.#session = this.#newSession(this.#session?.isGone === true);
        return {};
      case "session":
        this.#session ??= this.#newSession();
        return { value: await this.#state(message) };
      case "land":
        this.#lane = message.lane ?? "down";
        return { value: await this.#session?.land() };
      case "migrate": {
        this.#lane = message.lane ?? "down";
        const { packet: bytes, ...value } = await this.#migrate(message, packet);
        return { value, bytes };
      }
    }
    throw new TypeError(`Cannot serve "${message.op}": unknown message`);
  }

  #migrate(message: AppMessage, packet: Uint8Array | undefined): Promise<MigrateReply> {
    const { session, head, missing, method, longestAwayMs, longestAskingMs, permissions } = message;
    this.#permissions.begin(permissions);
    if (this.#session?.id !== session || packet === undefined) {
      return Promise.resolve({ ok: false, reason: "its session has ended" });
    }
    return this.#session!.migrate({ head, packet, missing, method, longestAwayMs, longestAskingMs });
  }

  /** The session's state, after a wait of limited length; one that failed long enough ago is opened again before. */
  async #state({ waitMs, riskMs }: AppMessage): Promise<SessionState> {
    const failedMs = this.#session!.failedFor();
    if (failedMs > this.#retryMs) {
      this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
      this.#session!.close();
      this.#session = this.#newSession(true);
    }
    const state = await this.#session!.settled(waitMs, riskMs);
    if (state.ok) this.#retryMs = FIRST_RETRY_MS;
    return state;
  }

  /** `impatient`: a clone was lost just now, so nobody waits until another is found, but for what is worth the risk. */
  #newSession(impatient = false): DeviceSession {
    const { config, board, ask, connect, question } = this.#parts;
    // Only who traces or steps wants to know each stage.
    const observed = config.trace || config.stepping;
    return new DeviceSession(config, {
      connection: connect(),
      patient: !impatient,
      ask: async (request) => await ask(request) ?? null,
      event: observed ? (item: TraceEvent) => void ask({ op: "events", events: [item] }) : () => {},
      frames: () => question(this.#lane, { about: "frames" }),
      askApp: (about) => question(this.#lane, about) as Promise<GuestReply>,
      permissions: this.#permissions,
      board,
      roots: this.#roots,
    });
  }
}
