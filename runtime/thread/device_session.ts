import { after, every } from "./alarm.ts";
import { checkedChanges } from "../host/checked_changes.ts";
import { DeviceFiles } from "../host/device_files.ts";
import type { FileChanges } from "../host/file_changes.ts";
import type { AskedPermissions } from "../host/file_permissions.ts";
import type { FileRoots } from "../host/file_roots.ts";
import { absolutePath } from "../host/plain_path.ts";
import { totalBytes } from "./bytes.ts";
import { CloneTurns } from "./clone_turns.ts";
import type { Conditions } from "./conditions.ts";
import { CloneMemory } from "./clone_memory.ts";
import { BlobSender } from "./blob_sender.ts";
import { type CloneBounds, DEFAULT_BOUNDS } from "./clone_bounds.ts";
import { BLOB_FOUND, BLOB_REQUEST, decodeJson, type Frame, HOP_CONTROL } from "./frame.ts";
import type { Board } from "./board.ts";
import { type AnswerParts, type Asked, GuestAnswers, packedFor } from "./guest_answers.ts";
import { CodeShipper } from "./code_shipper.ts";
import { valueOf } from "../features/run_features.ts";
import { LackingFiles } from "./lacking_files.ts";
import { decompressing, isWorthCompressing } from "./stream_compression.ts";
import { PacketNamer } from "./named_packet.ts";
import type { OpenedLink, SessionLink } from "./session_link.ts";
import {
  type AppConfig,
  type GuestRequest,
  MIGRATE,
  type Miss,
  packPayload,
  READY,
  REQUEST,
  RETURN,
  type ReturnHead,
  type SessionStart,
  STAGE,
  START,
  type TraceEvent,
  unpackPayload,
} from "./protocol.ts";
import { checkedReturn } from "./return_head.ts";
import { shownText } from "./shown_text.ts";
import type { SessionNote, SessionNotice, SessionReply } from "./session_control.ts";
import type { StageStop } from "./stages.ts";

/** How a session stands: usable, and which one of this app's it is; or why not. */
export type SessionState =
  | { readonly ok: true; readonly id: number }
  | { readonly ok: false; readonly error: string; readonly late?: boolean };

export interface MigrateReply extends Partial<Asked> {
  readonly ok: boolean;
  readonly head?: ReturnHead;
  readonly packet?: Uint8Array;
  readonly reason?: string;
  /** Why it would be the same another time. */
  readonly miss?: Miss;
  readonly awayMs?: number;
  readonly bytesUp?: number;
  readonly bytesDown?: number;
}

/** How long after a session began to open migration points may wait for it: a weak device loads its app meanwhile. */
const OPEN_WAIT_MS = 10_000;
/** Who names a method to migrate wants that more than a quick start. */
const FORCED_OPEN_WAIT_MS = 30_000;
/** A peer says every second that it lives. */
const SILENCE_MS = 4_000;
const SILENCE_CHECK_MS = 500;
/** Of the files that an app's arguments name, so many are looked at to know what the clone lacks. */
const MAX_LOOKED_AT = 1000;

const ASKS_TOO_MUCH = "its questions to this device take longer than it would have taken here";

let sessions = 0;

/** What a session needs. */
export interface SessionParts extends Pick<AnswerParts, "ask" | "askApp" | "frames" | "permissions"> {
  /** Leads to the peer and is this session's own; undefined if there is no way. */
  readonly connection: Promise<OpenedLink | undefined>;
  /** Whether a migration point may wait until it is open. */
  readonly patient: boolean;
  event(event: TraceEvent): void;
  /** What the app's thread can read at any time. */
  readonly board: Board;
  /** What clones may see; the same for all sessions of an app. */
  readonly roots: FileRoots;
  /** In place of the usual ones, for tests that show what each is for. */
  readonly bounds?: Partial<CloneBounds>;
}

/** Who steps through an app came for its migrations, and has time. */
const STEPPED_WAIT_MS = 60_000;

/** One session with one guest, from the device's migrator. Ends with its connection; never used again after a failure. */
export class DeviceSession {
  /** Settles when the guest is ready, or it's clear that there is none. */
  readonly #ready: Promise<SessionState>;
  readonly #id = ++sessions;
  readonly #config: AppConfig;
  readonly #ask: SessionParts["ask"];
  readonly #permissions: AskedPermissions;
  readonly #event: SessionParts["event"];
  readonly #board: Board;
  /** Until when a migration point waits for it, whatever hangs on it. */
  readonly #waitUntil: number;
  readonly #files: DeviceFiles;
  readonly #roots: FileRoots;
  readonly #blobs = new BlobSender(
    (kind, ...parts) => this.#connection?.send(kind, ...parts),
    () => this.#roundTripBytes(),
    (bytes) => isWorthCompressing(bytes, this.#board.read()),
  );
  readonly #namer = new PacketNamer(this.#blobs);
  /** Contents of files that were sent ahead, by path. */
  #sent: Record<string, readonly string[]> = {};
  readonly #lacking = new LackingFiles();
  /** Settles when it is known what the clone has of the run's files, if that can be. */
  #filesKnown: Promise<void> = Promise.resolve();
  readonly #memory: CloneMemory;
  readonly #code: CodeShipper;
  /** What the last invocation did to files, and hasn't landed yet. */
  #changed: { changes: FileChanges; bytes: Uint8Array } | undefined;
  #connection: SessionLink | undefined;
  #settleReady: (state: SessionState) => void = () => {};
  #settleReturn: ((reply: MigrateReply) => void) | undefined;
  #bounds: CloneBounds;
  readonly #turns: CloneTurns;
  #lost: string | undefined;
  #lostAt = 0;
  #gone = false;
  #heardAt = 0;
  /** What the questions of the thread that is away may still take. */
  #askingMs = Infinity;
  /** While a thread is away: until when it may be. */
  #awayUntil: { readonly at: number; readonly longestMs: number } | undefined;
  #watching: (() => void) | undefined;
  #method = "";
  /** The method that the peer was told last. */
  #noted: string | undefined;
  /** Where it leads, and what made it this clone. */
  #clone: { readonly clone?: string; readonly why?: string } = {};
  readonly #answers: GuestAnswers;

  constructor(
    config: AppConfig,
    { connection, patient, ask, frames, askApp, permissions, event, board, roots, bounds }: SessionParts,
  ) {
    this.#bounds = { ...DEFAULT_BOUNDS, ...bounds };
    this.#turns = new CloneTurns(this.#bounds);
    this.#config = config;
    this.#ask = ask;
    this.#permissions = permissions;
    this.#event = event;
    this.#board = board;
    this.#board.session = "opening";
    this.#board.lacking = NaN;
    const openWait = config.forced.length > 0 ? FORCED_OPEN_WAIT_MS : OPEN_WAIT_MS;
    this.#waitUntil = performance.now() + (patient ? openWait : 0);
    this.#roots = roots;
    const named = namedPaths(config.start);
    this.#memory = new CloneMemory((hash) => this.#blobs.has(hash), named);
    this.#code = new CodeShipper({ ask, blobs: this.#blobs, memory: this.#memory });
    this.#files = new DeviceFiles(
      roots,
      named,
      (path, state) => this.#memory.named(path, state),
    );
    this.#answers = new GuestAnswers({
      ...{ ask, askApp, frames, permissions },
      ...{ files: this.#files, blobs: this.#blobs, memory: this.#memory, lacking: this.#lacking },
      conditions: () => this.#board.read(),
      fault: (reason, bytes) =>
        event({ event: "fault", thread: "main", method: this.#method, reason, bytes }),
      stop: (makeStop) => this.#reach(makeStop),
      send: (kind, ...payload) => this.#connection?.send(kind, ...payload),
    });
    this.#ready = new Promise((resolve) => this.#settleReady = resolve);
    connection.then((open) => this.#open(open), (error) => this.#lose(String(error)));
  }

  /** Tells it from the app's other sessions. */
  get id(): number {
    return this.#id;
  }

  /** Whether it ended because the clone or the peer couldn't be reached any more. */
  get isGone(): boolean {
    return this.#gone;
  }

  /** How long ago it failed, in milliseconds; 0 if it hasn't. */
  failedFor(): number {
    return this.#lost === undefined ? 0 : performance.now() - this.#lostAt;
  }

  /**
   * How it stands, once that is clear or has taken longer than `waitMs`. For `riskMs` of that somebody waits also if it has been
   * opening for long: what hangs on it is worth so much.
   */
  async settled(waitMs: number, riskMs = 0): Promise<SessionState> {
    let prevent = () => {};
    const late = new Promise<SessionState>((resolve) => {
      const patienceMs = Math.max(riskMs, this.#waitUntil - performance.now());
      const left = this.#config.stepping ? STEPPED_WAIT_MS : Math.max(0, Math.min(waitMs, patienceMs));
      prevent = after(left, () => resolve({ ok: false, error: "no clone has answered yet", late: true }));
    });
    const state = await Promise.race([this.#ready, late]);
    prevent();
    return state;
  }

  close(): void {
    this.#lose("closed");
  }

  /** Ships a captured thread and waits for it, for so long at most; never rejects. */
  async migrate(
    message: {
      head: any;
      packet: Uint8Array;
      missing: any;
      method: string;
      longestAwayMs: number;
      /** What its questions may take; as long as it likes if left out. */
      longestAskingMs?: number | undefined;
    },
  ): Promise<MigrateReply> {
    const started = performance.now();
    if (this.#lost !== undefined) return { ok: false, reason: this.#lost };
    this.#method = message.method;
    this.#files.begin();
    this.#askingMs = this.#config.stepping ? Infinity : message.longestAskingMs ?? Infinity;
    this.#answers.begin(message.missing.mayMake === true);
    // Already now: a clone may hang before it has said what it lacks.
    this.#watchOver(message.longestAwayMs);
    const { code, bytes: codeBytes } = await this.#code.ship(message.head.code, message.missing);
    const { packet } = message;
    let chunkBytes = 0;
    const chunks = await this.#namer.name(packet, (bytes) => void (chunkBytes += bytes));
    const permits = await this.#permissions.while(() => this.#files.permits());
    if (this.#lost !== undefined) return { ok: false, reason: this.#lost };
    const head = { ...message.head, code, permits, ...(chunks !== undefined && { chunks }) };
    const whole = packPayload(head, chunks === undefined ? packet : undefined);
    const payload = await packedFor(this.#board.read(), whole);
    this.#event({
      event: "ship",
      thread: "main",
      method: message.method,
      bytes: totalBytes(payload) + codeBytes + chunkBytes,
      code: codeBytes,
      // What of it the clone has already will have stayed: see `up` of the merge.
      ...(chunks !== undefined && { named: packet.length }),
      ...this.#clone,
    });
    if (this.#config.stepping) await this.#reach(() => ({ stage: "ship", bytes: totalBytes(payload) }));
    this.#watchOver(message.longestAwayMs);
    const reply = await new Promise<MigrateReply>((resolve) => {
      this.#settleReturn = resolve;
      if (this.#lost !== undefined) resolve({ ok: false, reason: this.#lost });
      else {
        this.#noteMethod(message.method.slice(0, 500));
        this.#turns.leaves(message.head.id);
        this.#connection!.send(MIGRATE, ...payload);
      }
    });
    this.#awayUntil = undefined;
    this.#turns.over();
    this.#settleReturn = undefined;
    return {
      ...reply,
      awayMs: performance.now() - started,
      bytesUp: totalBytes(payload) + codeBytes + chunkBytes,
      ...this.#answers.asked,
    };
  }

  /** People who look at the peer see which method is away. */
  #noteMethod(method: string): void {
    if (method === this.#noted) return;
    this.#noted = method;
    this.#connection!.sendJson({ type: "method", method } satisfies SessionNote);
  }

  #open(opened: OpenedLink | undefined): void {
    const { session } = this.#config;
    if (this.#lost !== undefined) return opened?.link.close();
    if (opened === undefined || session === undefined) return this.#lose("no clone in reach");
    const { link: connection, clones } = opened;
    this.#connection = connection;
    connection.onBytes = () => this.#heardAt = performance.now();
    connection.onFrame = (frame) => this.#receive(frame);
    connection.onClose = () => {
      this.#gone ||= this.#lost === undefined;
      this.#lose("the connection to the peer closed");
    };
    connection.sendJson({ ...session, clones });
  }

  /**
   * Gives the session up when the peer, which speaks every second, falls silent: it hangs. Also when its clone keeps the thread
   * for longer than that, however lively it is otherwise. One timer for all migrations that follow each other closely.
   */
  #watchOver(longestMs: number): void {
    const now = performance.now();
    // Whoever steps takes the time it takes.
    this.#awayUntil = { at: this.#config.stepping ? Infinity : now + longestMs, longestMs };
    this.#heardAt = now;
    if (this.#watching !== undefined) return;
    let due = now + SILENCE_CHECK_MS;
    this.#watching = every(SILENCE_CHECK_MS, () => {
      const now = performance.now();
      const lateMs = now - due;
      due = now + SILENCE_CHECK_MS;
      const away = this.#awayUntil;
      if (away === undefined || this.#lost !== undefined) this.#stopWatching();
      else if (now >= away.at) {
        this.#lose(`the clone kept the thread for more than ${Math.round(away.longestMs / 1000)} s`);
        // What arrived while this thread, or the machine, was held up is not read yet.
      } else if (lateMs > SILENCE_CHECK_MS) {
        this.#heardAt = Math.min(now, this.#heardAt + lateMs);
      } else if (now - this.#heardAt >= SILENCE_MS) {
        this.#gone = true;
        this.#lose("the peer on this device doesn't answer");
      }
    });
  }

  #stopWatching(): void {
    this.#watching?.();
    this.#watching = undefined;
  }

  #receive(frame: Frame): void {
    if (this.#lost !== undefined) return;
    try {
      if (frame.kind === HOP_CONTROL) {
        this.#control(decodeJson(frame.payload) as SessionReply | SessionNotice);
      } else if (frame.kind === READY) this.#opened();
      else if (frame.kind === RETURN) {
        const id = this.#turns.returns();
        this.#returned(frame.payload, id).catch((error) => this.#unreadable(error));
      } else if (frame.kind === REQUEST) {
        const request = unpackPayload(frame.payload, this.#bounds.headBytes).head as GuestRequest;
        // A guest that can't stand for this device says so before any thread came.
        if (request.op === "abandon") return this.#abandoned(request);
        const answered = this.#turns.asks();
        const askedAt = performance.now();
        this.#answers.answer(request).then(() => {
          answered();
          if (request.op !== "file" || request.aside === undefined) this.#waited(performance.now() - askedAt);
        }).catch((error) => this.#lose(String(error)));
      } else if (frame.kind === STAGE) this.#stage(frame.payload);
      else if (frame.kind === BLOB_REQUEST) {
        const sent = this.#turns.fetches();
        this.#blobs.requested(frame.payload).then(sent);
      } else if (frame.kind === BLOB_FOUND) {
        this.#blobs.answered(frame.payload).catch((error) => this.#unreadable(error));
      }
    } catch (error) {
      this.#unreadable(error);
    }
  }

  /** A guest has waited so long for an answer of this device's, and for the link. */
  #waited(answeringMs: number): void {
    this.#askingMs -= answeringMs + (this.#board.read()?.rttMs ?? 0);
    if (this.#askingMs < 0) this.#lose(ASKS_TOO_MUCH);
  }

  #unreadable(error: unknown): void {
    this.#lose(`the clone sent something unreadable: ${(error as Error).message}`);
  }

  /** What the clone has of the run's files decides too: its answer is on its way. */
  #opened(): void {
    this.#turns.ready();
    this.#filesKnown.then(() => {
      if (this.#lost !== undefined) return;
      this.#board.opened(this.#id);
      this.#settleReady({ ok: true, id: this.#id });
    });
  }

  #control(message: SessionReply | SessionNotice): void {
    if ("type" in message) {
      if (message.type === "lost") {
        this.#gone = true;
        this.#lose(message.reason);
      } else if (message.type === "conditions") {
        this.#board.write(message.conditions);
        this.#ask({ op: "conditions", conditions: message.conditions, peer: "" });
      }
      return;
    }
    if (!message.ok) {
      this.#gone = true;
      this.#ask({ op: "refused", reason: message.error });
      return this.#lose(message.error);
    }
    this.#board.write(message.conditions);
    const { returnBytes = this.#bounds.returnBytes } = message;
    this.#bounds = { ...this.#bounds, returnBytes: Math.min(returnBytes, this.#bounds.returnBytes) };
    this.#clone = { clone: message.clone.name, ...(message.why !== undefined && { why: message.why }) };
    this.#ask({
      op: "conditions",
      conditions: message.conditions,
      peer: message.clone.name || message.clone.peer,
    });
    this.#connection!.send(START, ...packPayload(this.#start()));
    const memory = this.#ask({ op: "memory", app: this.#config.start.mainModule });
    this.#filesKnown = memory.then((note) => {
      this.#memory.load(note);
      this.#files.expect(this.#memory.paths());
      if (this.#lost === undefined) this.#blobs.expect(this.#memory.hashes());
      return this.#askForSent(message.clone.peer, message.conditions);
    }).catch(() => {}); // it is only quicker with that
  }

  #lookedAt(): string[] {
    const named = namedPaths(this.#config.start).slice(0, MAX_LOOKED_AT);
    return [...new Set([...named, ...this.#memory.own()])];
  }

  /** What was sent ahead may be there without this app's having read it. */
  async #askForSent(clone: string, conditions: Conditions): Promise<void> {
    const paths = this.#lookedAt();
    this.#sent = await this.#ask({ op: "sent", clone, paths }) ?? {};
    const hashes = Object.values(this.#sent).flat();
    if (this.#lost === undefined) await this.#blobs.expect(hashes);
    await this.#findLacking(conditions);
  }

  async #findLacking(conditions: Conditions): Promise<void> {
    for (const path of this.#lookedAt()) {
      const found = this.#files.sizeOf(path);
      if (found === undefined) continue;
      const wasSent = this.#sent[path]?.every((hash) => this.#blobs.has(hash)) === true;
      this.#lacking.add(path, { bytes: found.size, isThere: found.named || wasSent });
    }
    await this.#lacking.weigh(conditions);
    this.#tellLacking();
  }

  #tellLacking(): void {
    const { share } = this.#lacking;
    if (share !== undefined && this.#lost === undefined) this.#board.lacking = share;
  }

  #start(): SessionStart {
    const { start, stepping, trace } = this.#config;
    return { ...start, nowMs: Date.now(), stepping, observed: stepping || trace };
  }

  async #returned(payload: Uint8Array, id: number): Promise<void> {
    const { returnBytes, headBytes, inTurn } = this.#bounds;
    const whole = payload[0] === 0 ? payload.subarray(1) : await decompressing(payload, returnBytes);
    const { head, bytes } = unpackPayload(whole, headBytes);
    const reply = checkedReturn(head, inTurn ? id : undefined);
    this.#event({ event: "return", thread: "main", method: this.#method, bytes: payload.length });
    this.#blobs.giveUp();
    if (reply.ok) this.#memory.wereRead(reply.read);
    this.#remember();
    this.#tellLacking();
    const changed = reply.ok ? this.#files.changed(reply.observed) : undefined;
    if (changed !== undefined) return this.#lose(`${changed} changed on the device meanwhile`);
    const fileBytes = reply.ok ? reply.files?.bytes ?? 0 : 0;
    if (!(Number.isInteger(fileBytes) && fileBytes >= 0 && fileBytes <= bytes.length)) {
      return this.#lose("the clone sent something unreadable: its files' bytes don't fit");
    }
    // Copies: the packet's memory goes to the app's thread.
    const packet = new Uint8Array(bytes.subarray(0, bytes.length - fileBytes));
    this.#changed = reply.ok && reply.files !== undefined
      ? { changes: reply.files.changes, bytes: new Uint8Array(bytes.subarray(packet.length)) }
      : undefined;
    if (this.#changed === undefined) this.#files.unlock();
    this.#settleReturn?.({ ok: true, head: reply, packet, bytesDown: payload.length });
  }

  /** Does what the last invocation did to files. Returns why that can't be; then nothing was done. */
  async land(): Promise<string | undefined> {
    const changed = this.#changed;
    this.#changed = undefined;
    if (changed === undefined) return undefined;
    try {
      const changes = await this.#permissions.while(() =>
        checkedChanges(changed.changes, this.#roots, changed.bytes.length)
      );
      const refused = await this.#ask({ op: "land", changes, bytes: changed.bytes });
      if (refused !== null) return String(refused ?? "the supervisor is gone");
      for (const { path } of changes.attached) if (this.#roots.isTemporary(path)) this.#roots.add(path);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    } finally {
      this.#files.unlock();
    }
  }

  #stage(payload: Uint8Array): void {
    this.#turns.resumes();
    const { head } = unpackPayload(payload, this.#bounds.headBytes);
    const { ms, objects } = head as { ms?: number; objects?: number };
    this.#event({
      event: "resume",
      thread: "main",
      method: this.#method,
      ...(typeof ms === "number" && { ms }),
      ...(typeof objects === "number" && { objects }),
    });
  }

  #abandoned(request: Extract<GuestRequest, { op: "abandon" }>): void {
    const reason = `${request.reason}${request.path ? ` (${request.path})` : ""}`;
    this.#lose(reason, parseMiss(request.miss));
  }

  /** Stops here until the person goes on, if anybody steps. */
  async #reach(makeStop: () => Omit<StageStop, "thread" | "method">): Promise<void> {
    await this.#ask({ op: "stage", stop: { ...makeStop(), thread: "main", method: this.#method } });
  }

  /** Bytes that the link carries during one round trip. */
  #roundTripBytes(): number {
    const conditions = this.#board.read();
    return conditions === undefined ? 0 : conditions.rttMs * conditions.upBytesPerSecond / 1000;
  }

  /** For the app's next run. */
  #remember(): void {
    const note = this.#memory.takeNote();
    if (note !== undefined) this.#ask({ op: "memory", app: this.#config.start.mainModule, note });
  }

  #lose(said: string, miss?: Miss): void {
    const reason = this.#bounds.shown(said);
    if (this.#lost === undefined) {
      this.#lostAt = performance.now();
      this.#board.session = "lost";
    }
    this.#lost ??= reason;
    this.#files.unlock();
    this.#blobs.close();
    this.#settleReady({ ok: false, error: this.#lost });
    this.#settleReturn?.({ ok: false, reason: this.#lost, ...(miss !== undefined && { miss }) });
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }
}

/** Absolute paths that the app's arguments may mean, in order. */
function namedPaths({ args, cwd }: AppConfig["start"]): string[] {
  return args.map((arg) => absolutePath(cwd, valueOf(arg)));
}

/** Longest name and path of a miss that a guest may report. */
const MAX_MISS_TEXT = 1_000;
const MAX_MISS_METHODS = 100;

/** What a guest says it came to; undefined if it is no miss. */
function parseMiss(given: unknown): Miss | undefined {
  const { what, through } = (given ?? {}) as Record<string, unknown>;
  const isText = (value: unknown) => typeof value === "string" && value.length <= MAX_MISS_TEXT;
  if (!isText(what) || !Array.isArray(through) || through.length > MAX_MISS_METHODS) return undefined;
  return through.every(isText)
    ? { what: shownText(what), through: through.map((method) => shownText(method)) }
    : undefined;
}
