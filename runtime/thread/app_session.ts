/** The session with a clone as the app's own thread knows it: whether there is one, which, and how long one is waited for. */
import type { BoardView } from "./board.ts";
import type { Decision, DecisionMaker } from "./decision.ts";
import type { SessionState } from "./device_session.ts";
import { max, min } from "./intrinsics.ts";
import type { SyncPort } from "./sync_port.ts";

/** How long to wait for a session that is opening: at most, and of that also if it has been opening for long. */
export interface SessionWait {
  readonly waitMs: number;
  readonly riskMs: number;
}

/** How long a forced method waits for its session. */
export const FORCED_WAIT: SessionWait = { waitMs: 30_000, riskMs: 0 };
/** Any other waits for as long as it expects to save, at most this long … */
const MAX_WAIT_MS = 15_000;
/** … or, if that is longer, for this share of what it takes here: no more is lost if no clone comes. */
const RISKED_SHARE = 0.1;
/** A lost session is asked about again after that long. */
const ASK_AGAIN_MS = 5_000;

const now = performance.now.bind(performance);

/** How long an invocation waits for its session, by what it expects to save. */
export function waitFor({ hereMs, thereMs }: Decision): SessionWait {
  const riskMs = hereMs * RISKED_SHARE;
  return { waitMs: max(0, min(max(MAX_WAIT_MS, riskMs), hereMs - thereMs)), riskMs };
}

export class AppSession {
  readonly #board: BoardView;
  readonly #port: SyncPort;
  #id = 0;
  /** The last one that was given up. */
  #ended = -1;
  #openingMs = 0;
  #boardVersion = -1;
  /** When there was none though one was asked for. */
  #missedMs = -Infinity;

  constructor({ board, port }: { readonly board: BoardView; readonly port: SyncPort }) {
    this.#board = board;
    this.#port = port;
  }

  /** The one that was last entered. */
  get id(): number {
    return this.#id;
  }

  /** How long the app has waited for sessions to open, milliseconds. */
  get openingMs(): number {
    return this.#openingMs;
  }

  /** Whether the one that was entered still is. */
  get isOpen(): boolean {
    this.#board.refresh();
    return this.#board.session === "ready" && this.#board.sessionId === this.#id;
  }

  /** Its state; undefined if the supervisor is gone. One that is ready is known without asking. */
  state(wait: SessionWait): SessionState | undefined {
    const board = this.#board;
    board.refresh();
    const id = board.sessionId;
    // Until the supervisor has taken note, the board still shows the session that was just given up.
    if (board.session === "ready" && id !== this.#ended) return { ok: true, id };
    const asked = now();
    const session = this.#port.request({ op: "session", ...wait }) as SessionState | undefined;
    this.#openingMs += now() - asked;
    return session;
  }

  /** Whether it is another than before. */
  enter(id: number): boolean {
    if (id === this.#id) return false;
    this.#id = id;
    return true;
  }

  /** Whether it wasn't given up before. */
  giveUp(): boolean {
    if (this.#ended === this.#id) return false;
    this.#ended = this.#id;
    this.#port.tell({ op: "close" });
    return true;
  }

  /** One was asked for, and there was none. */
  missed(): void {
    this.#missedMs = now();
  }

  /** Tells whoever decides what the conditions are, where they have changed. */
  tellConditions(decision: DecisionMaker): void {
    const board = this.#board;
    if (board.version !== this.#boardVersion) {
      this.#boardVersion = board.version;
      // While a session is opening, what was measured last time has to do.
      if (board.session !== "opening") decision.setConditions(board.read(), board.lacking);
    }
    if (board.session !== "lost") return;
    // Not for good: now and then an invocation for which that would pay asks for another.
    if (now() - this.#missedMs >= ASK_AGAIN_MS) decision.expectClone();
    else decision.setConditions(undefined);
  }
}
