import { deepEqual as assertEquals, ok as assert } from "node:assert/strict";
import type { AppMessage } from "./app_link.ts";
import { Board } from "./board.ts";
import { BLOB_ASK, BLOB_FOUND, encodeFrame, encodeJsonFrame, HOP_CONTROL } from "./frame.ts";
import { stampOf } from "../host/file_stamp.ts";
import { MigrationService } from "./migration_service.ts";
import { type AppConfig, READY, START } from "./protocol.ts";
import { SessionLink } from "./session_link.ts";

const CONDITIONS = {
  rttMs: 1,
  upBytesPerSecond: 1e6,
  downBytesPerSecond: 1e6,
  cloneSpeed: 4,
  power: "mains",
};

/** A clone that is ready as soon as it is asked, and has all contents but some. */
class WillingLink extends SessionLink {
  readonly #lacks: readonly string[];

  constructor(lacks: readonly string[] = []) {
    super();
    this.#lacks = lacks;
  }

  override send(kind: number, ...parts: Uint8Array[]): void {
    if (kind === BLOB_ASK) {
      const hashes = parts.map((part) => part.toHex()).join("").match(/.{64}/g) ?? [];
      const found = Uint8Array.from(hashes, (hash) => this.#lacks.includes(hash) ? 0 : 1);
      setTimeout(() => this.received(encodeFrame(BLOB_FOUND, found)));
    }
    if (kind === HOP_CONTROL) {
      const answer = { ok: true, conditions: CONDITIONS, clone: { name: "c", peer: "p" } };
      setTimeout(() => this.received(encodeJsonFrame(HOP_CONTROL, answer)));
    } else if (kind === START) setTimeout(() => this.received(encodeFrame(READY)));
  }

  protected override end(): void {}
}

/** A service whose sessions lead where `connect` says; asks for the session's state as the app's thread does. */
function serviceOf(
  connect: (nth: number) => Promise<SessionLink | undefined>,
  { args = [], ask = () => null }: {
    args?: readonly string[];
    ask?: (request: { op: string }) => unknown;
  } = {},
) {
  const answers: { ok: boolean; error?: string; late?: boolean }[] = [];
  let opened = 0;
  const config = {
    ...{ forced: [], methods: ["a.ts#f"], roots: [], stepping: false, trace: false },
    session: { op: "session", app: "a.ts" },
    start: { args, cwd: "/", temporary: "/tmp", mainModule: "file:///a.ts" },
  } as unknown as AppConfig;
  const board = new Board();
  const service = new MigrationService({
    config,
    board,
    answer: (_message, value) => void answers.push(value as typeof answers[number]),
    question: () => Promise.resolve(null),
    ask: (request) => Promise.resolve(ask(request)),
    connect: async () => {
      const link = await connect(++opened);
      return link && { link, clones: [] };
    },
  });
  const state = async (wait: { waitMs: number; riskMs: number }) => {
    await service.serve({ op: "session", id: 1, ...wait } as AppMessage, undefined);
    return answers.pop()!;
  };
  return { service, board, ask: state, opened: () => opened };
}

/** Lets `performance.now()` go on by that much at once, and then stand still: a busy machine's pauses count for nothing. */
function later(ms: number): Disposable {
  const { now } = performance;
  const then = now.call(performance) + ms;
  performance.now = () => then;
  return { [Symbol.dispose]: () => void (performance.now = now) };
}

Deno.test("MigrationService opens a session that failed again for the next migration point, which waits for it", async () => {
  const { service, ask, opened } = serviceOf((nth) =>
    Promise.resolve(nth === 1 ? undefined : new WillingLink())
  );
  const wait = { waitMs: 30_000, riskMs: 30_000 };
  {
    using _ = later(0);
    assertEquals(await ask(wait), { ok: false, error: "no clone in reach" });
    assertEquals([await ask(wait), opened()], [{ ok: false, error: "no clone in reach" }, 1], "not at once");
  }
  {
    using _ = later(6_000);
    const state = await ask(wait);
    assert(state.ok && opened() === 2, `${state.error}, ${opened()} sessions`);
  }
  service.close();
});

Deno.test("MigrationService lets who risks more wait for a session that has been opening for long", async () => {
  const { promise, resolve } = Promise.withResolvers<SessionLink>();
  const { service, ask } = serviceOf(() => promise);
  {
    using _ = later(20_000);
    const little = await ask({ waitMs: 30_000, riskMs: 0 });
    assert(little.late, `it didn't wait: ${JSON.stringify(little)}`);
    const much = ask({ waitMs: 30_000, riskMs: 30_000 });
    resolve(new WillingLink());
    const state = await much;
    assert(state.ok, String(state.error));
  }
  service.close();
});

Deno.test("a session tells which share of the run's files its clone lacks: what wasn't read there, or sent ahead", async () => {
  const folder = Deno.makeTempDirSync();
  const [read, pushed, dropped, fresh] = ["read", "pushed", "dropped", "fresh"].map((name) => {
    const path = `${folder}/${name}`;
    Deno.writeTextFileSync(path, "x".repeat(100));
    return path;
  }) as [string, string, string, string];
  const hash = (digit: string) => digit.repeat(64);
  const stateOf = (path: string) => `${stampOf(path).identity} ${stampOf(path).state}`;
  const reads = [read, dropped].map((path) => ({
    ...{ path, state: stateOf(path) },
    chunks: [{ hash: hash(path === read ? "a" : "d"), bytes: 100 }],
  }));
  const { service, board, ask } = serviceOf(() => Promise.resolve(new WillingLink([hash("d")])), {
    args: ["--all", read, pushed, dropped, fresh, folder],
    ask: ({ op }) =>
      op === "memory" ? { code: [], reads } : op === "sent" ? { [pushed]: [hash("b"), hash("c")] } : null,
  });
  const state = await ask({ waitMs: 30_000, riskMs: 30_000 });
  assert(state.ok, String(state.error));
  service.close();
  Deno.removeSync(folder, { recursive: true });
  assertEquals(board.lacking, 0.5, "two of four files, and that is known to the first decision");
});

Deno.test("a session tells of files that no argument names by what the app's last run read", async () => {
  const folder = Deno.makeTempDirSync();
  const paths = ["dictionary", "changed", "gone"].map((name) => `${folder}/${name}`);
  for (const path of paths.slice(0, 2)) Deno.writeTextFileSync(path, "x".repeat(100));
  const stateOf = (path: string) => `${stampOf(path).identity} ${stampOf(path).state}`;
  const reads = paths.map((path, i) => ({
    ...{ path, state: i === 0 ? stateOf(path) : "another" },
    chunks: [{ hash: String(i).repeat(64), bytes: 100 }],
  }));
  const { service, board, ask } = serviceOf(() => Promise.resolve(new WillingLink()), {
    ask: ({ op }) => op === "memory" ? { code: [], reads, own: paths } : null,
  });
  const state = await ask({ waitMs: 30_000, riskMs: 30_000 });
  assert(state.ok, String(state.error));
  service.close();
  Deno.removeSync(folder, { recursive: true });
  assertEquals(board.lacking, 0.5);
});

Deno.test("a session tells of files that compress what they take on the link, to its first decision", async () => {
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "the same again and again\n".repeat(10_000));
  const { service, board, ask } = serviceOf(() => Promise.resolve(new WillingLink()), {
    args: [path],
    ask: ({ op }) => op === "memory" ? { code: [], reads: [] } : null,
  });
  const state = await ask({ waitMs: 30_000, riskMs: 30_000 });
  assert(state.ok, String(state.error));
  service.close();
  Deno.removeSync(path);
  assert(board.lacking > 0 && board.lacking < 0.5, `${board.lacking}`);
});
