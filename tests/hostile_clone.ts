/** A clone that says whatever it likes, and the session of a device's app with it. */
import { ControlChannel, streamChannel } from "../net/channel/mod.ts";
import type { PeerOptions } from "../net/mod.ts";
import { SESSION_PROTOCOL } from "../net/peer/constants.ts";
import { AskedPermissions, queryOwn } from "../runtime/host/file_permissions.ts";
import { FileRoots } from "../runtime/host/file_roots.ts";
import { encodeFrame, encodeJsonFrame, type Frame, FrameDecoder, SESSION_VERSION } from "../runtime/mod.ts";
import { AppFacts } from "../runtime/thread/app_facts.ts";
import { Board } from "../runtime/thread/board.ts";
import type { CloneBounds } from "../runtime/thread/clone_bounds.ts";
import { DeviceSession, type MigrateReply } from "../runtime/thread/device_session.ts";
import { LocalConnection } from "../runtime/thread/local_connection.ts";
import {
  type AppConfig,
  type GuestReply,
  packPayload,
  READY,
  REQUEST,
  RETURN,
} from "../runtime/thread/protocol.ts";
import type { Scene } from "./net_fixtures.ts";

const START = 16, MIGRATE = 17, REPLY = 20;

/** What a clone does once a thread has arrived, or before. */
export interface Attack {
  readonly ready?: (clone: CloneEnd) => unknown;
  readonly migrated?: (clone: CloneEnd, id: number) => unknown;
}

/** What an attacked device leaves out of its defences. */
export interface Defences {
  readonly peer?: PeerOptions;
  readonly bounds?: Partial<CloneBounds>;
  readonly roots?: readonly string[];
  readonly longestAwayMs?: number;
}

/** The clone's end of a session. */
export class CloneEnd {
  readonly replies: Frame[] = [];
  readonly #write: (bytes: Uint8Array) => void;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  raw(bytes: Uint8Array): void {
    this.#write(bytes);
  }

  send(kind: number, ...parts: Uint8Array[]): void {
    this.#write(encodeFrame(kind, ...parts));
  }

  control(message: object): void {
    this.#write(encodeJsonFrame(0, message));
  }

  ask(request: object): void {
    this.send(REQUEST, ...packPayload(request));
  }

  /** An answer as guests send it, not compressed. */
  answer(head: object, bytes: Uint8Array = new Uint8Array()): void {
    this.send(RETURN, Uint8Array.of(0), ...packPayload(head, bytes));
  }

  /** What a guest in order would say. */
  good(id: number, more: object = {}): object {
    const ms = { accept: 0, run: 0, cpu: 0, waited: 0, capture: 0 };
    return { id, ok: true, outcome: "return", effects: [], observed: [], globals: [], ms, ...more };
  }
}

/** A device in a session with a hostile clone. */
export class Attacked implements AsyncDisposable {
  readonly session: DeviceSession;
  readonly clone: CloneEnd;
  /** What the app's supervisor was asked to do. */
  readonly asked: readonly { readonly op: string; readonly [more: string]: unknown }[];
  readonly #longestAwayMs: number;

  private constructor(
    session: DeviceSession,
    clone: CloneEnd,
    asked: Attacked["asked"],
    longestAwayMs: number,
  ) {
    this.session = session;
    this.clone = clone;
    this.asked = asked;
    this.#longestAwayMs = longestAwayMs;
  }

  static async begin(scene: Scene, attack: Attack, defences: Defences = {}): Promise<Attacked> {
    const { promise: end, resolve } = Promise.withResolvers<CloneEnd>();
    const { id, address } = await hostilePeer(scene, attack, resolve);
    const device = await scene.peer({ serve: false, trust: [id], ...defences.peer });
    const { path } = await device.listenLocal();
    const asked: { op: string }[] = [];
    const config = {
      ...{ forced: ["a.ts#f"], stepping: false, trace: true },
      session: {
        ...{ op: "session", sessionVersion: SESSION_VERSION, clones: [address], app: "a.ts" },
        deno: Deno.version.deno,
      },
      start: { args: [], cwd: "/", mainModule: "file:///a.ts" },
    } as unknown as AppConfig;
    const permissions = new AskedPermissions((permission) => Promise.resolve(queryOwn(permission)));
    const session = new DeviceSession(config, {
      connection: LocalConnection.open(path).then((link) => ({ link, clones: [address] })),
      patient: true,
      ask(request) {
        asked.push(request as { op: string });
        return Promise.resolve(null);
      },
      event: () => {},
      frames: () => Promise.resolve([]),
      askApp: (question) => Promise.resolve(new AppFacts().answer(question) as GuestReply),
      permissions,
      board: new Board(),
      roots: new FileRoots(defences.roots ?? [await scene.home()], undefined, permissions),
      ...(defences.bounds && { bounds: defences.bounds }),
    });
    scene.onEnd(() => session.close());
    return new Attacked(session, await end, asked, defences.longestAwayMs ?? 30_000);
  }

  /** Sends a thread: what became of it. */
  async migrate(): Promise<MigrateReply> {
    const state = await this.session.settled(30_000);
    if (!state.ok) return { ok: false, reason: state.error };
    const code = { modules: [], makers: {}, values: {}, globals: [] };
    return await this.session.migrate({
      head: { id: 7, method: "a.ts#f", code },
      packet: new Uint8Array(16),
      missing: { modules: [], makers: [] },
      method: "a.ts#f",
      longestAwayMs: this.#longestAwayMs,
    });
  }

  /** Why a thread that was sent came to nothing; `succeeded` if it is home. */
  async outcome(): Promise<string> {
    const reply = await this.migrate();
    return reply.ok ? "succeeded" : reply.reason!;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.session.close();
    return Promise.resolve();
  }
}

/** A host of libp2p that answers as a clone does, up to its first session. */
async function hostilePeer(
  scene: Scene,
  { ready, migrated }: Attack,
  opened: (end: CloneEnd) => void,
): Promise<{ id: string; address: string }> {
  const host = await scene.host();
  await host.handle(SESSION_PROTOCOL, async (stream) => {
    const control = new ControlChannel(streamChannel(stream));
    await control.receive();
    const end = new CloneEnd((bytes) => void control.channel.write(bytes));
    control.send({
      ok: true,
      name: "mallory\u001b[2J",
      deno: Deno.version.deno,
      unitsPerMs: 1,
      tellsTaken: true,
    });
    opened(end);
    const decoder = new FrameDecoder();
    const take = ({ kind, payload }: Frame) => {
      if (kind === REPLY) end.replies.push({ kind, payload });
      if (kind === START) (ready ?? (() => end.send(READY)))(end);
      if (kind === MIGRATE) migrated?.(end, 7);
    };
    control.handOver({
      data(chunk) {
        decoder.push(chunk);
        for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) take(frame);
      },
      end: () => {},
    });
  });
  return { id: host.peerId.toString(), address: host.getMultiaddrs()[0]!.toString() };
}
