import { deepStrictEqual as equals } from "node:assert/strict";
import { AskedPermissions, queryOwn } from "../host/file_permissions.ts";
import { FileRoots } from "../host/file_roots.ts";
import { Board } from "./board.ts";
import { DeviceSession } from "./device_session.ts";
import { joinBytes } from "./bytes.ts";
import { BLOB_ASK, HOP_CONTROL } from "./frame.ts";
import { type AppConfig, MIGRATE, packPayload, READY, REPLY, REQUEST, START } from "./protocol.ts";
import { SessionLink } from "./session_link.ts";

/** A clone that is asked what it has, and doesn't say. */
class SpeechlessClone extends SessionLink {
  readonly #asked: (link: SpeechlessClone) => void;

  constructor(asked: (link: SpeechlessClone) => void) {
    super();
    this.#asked = asked;
  }

  send(kind: number): void {
    if (kind === START) queueMicrotask(() => this.onFrame({ kind: READY, payload: new Uint8Array() }));
    if (kind === BLOB_ASK) queueMicrotask(() => this.#asked(this));
  }

  override sendJson(): void {
    const conditions = { rttMs: 1, upBytesPerSecond: 1e6, downBytesPerSecond: 1e6, speed: 1, power: "mains" };
    const reply = { ok: true, clone: { peer: "p", name: "n", address: "" }, conditions };
    const payload = new TextEncoder().encode(JSON.stringify(reply));
    queueMicrotask(() => this.onFrame({ kind: HOP_CONTROL, payload }));
  }

  protected end(): void {}
}

/** What becomes of a thread; its code is large enough to be asked for first, unless its questions are bounded. */
async function migrated(clone: SessionLink, longestAwayMs: number, longestAskingMs?: number) {
  const modules = [{ key: "a", links: {}, isMain: true, uninitialised: [] }];
  const permissions = new AskedPermissions((permission) => Promise.resolve(queryOwn(permission)));
  const config = {
    ...{ forced: ["a.ts#f"], stepping: false, trace: false, session: { op: "session" } },
    start: { args: [], cwd: "/", mainModule: "file:///a.ts" },
  } as unknown as AppConfig;
  const session = new DeviceSession(config, {
    connection: Promise.resolve({ link: clone, clones: [] }),
    patient: true,
    ask: ({ op }) => Promise.resolve(op === "guest" ? "// code".padEnd(100_000) : undefined),
    event: () => {},
    frames: () => Promise.resolve([]),
    askApp: () => Promise.resolve({ ok: true }),
    permissions,
    board: new Board(),
    roots: new FileRoots([], undefined, permissions),
  });
  await session.settled(30_000);
  const { ok, reason } = await session.migrate({
    head: { id: 1, method: "a.ts#f", code: { modules: [], makers: {}, values: {}, globals: [] } },
    packet: new Uint8Array(16),
    missing: { modules: longestAskingMs === undefined ? modules : [], makers: [] },
    method: "a.ts#f",
    ...{ longestAwayMs, longestAskingMs },
  });
  session.close();
  return { ok, reason };
}

Deno.test("migrate() ends when the clone is lost before it has said what code it lacks", async () => {
  const clone = new SpeechlessClone((link) => link.onClose());
  equals(await migrated(clone, 30_000), { ok: false, reason: "the connection to the peer closed" });
});

Deno.test("migrate() ends when the clone doesn't say in time what code it lacks", async () => {
  const clone = new SpeechlessClone(() => {});
  equals(await migrated(clone, 1), { ok: false, reason: "the clone kept the thread for more than 0 s" });
});

/** A clone whose guest asks for a variable of the environment, again and again. */
class AskingClone extends SpeechlessClone {
  #asked = 0;

  constructor() {
    super(() => {});
  }

  /** Notes about the session aren't answered. */
  override sendJson(message: { readonly type?: string } = {}): void {
    if (message.type === undefined) super.sendJson();
  }

  override send(kind: number): void {
    super.send(kind);
    if (kind !== MIGRATE && kind !== REPLY) return;
    if (this.#asked++ > 100) return this.onClose();
    const payload = joinBytes(packPayload({ op: "env", name: "HOME" }));
    setTimeout(() => this.onFrame({ kind: REQUEST, payload }), 0);
  }
}

Deno.test("migrate() ends when answering the clone's questions takes longer than the method would here", async () => {
  const given = "its questions to this device take longer than it would have taken here";
  equals(await migrated(new AskingClone(), 30_000, 50), { ok: false, reason: given });
  equals(await migrated(new AskingClone(), 30_000, 10_000), {
    ok: false,
    reason: "the connection to the peer closed",
  });
});
