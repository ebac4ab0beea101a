/**
 * What a peer does for the apps of its own machine: opens sessions at the best clone there is, and leaves a clone when another has
 * become much better. It owns the sessions; they end with their apps, or with `close`.
 */
import type { Connection } from "@libp2p/interface";
import { addressOf, type Finder } from "../discovery/mod.ts";
import type { ControlChannel, Message } from "../channel/mod.ts";
import type { CloneGateOptions } from "./clone_gate.ts";
import type { TrustStore } from "../trust/mod.ts";
import { type AppSession, type OwnSession, serveApp } from "./app_session.ts";
import { CloneChooser, type Reached } from "./clone_chooser.ts";
import type { Ranked } from "./clone_ranking.ts";
import { REVIEW_GAIN, REVIEW_MS } from "./constants.ts";
import type { Liveness } from "./liveness.ts";
import type { LinkMemory } from "./link_memory.ts";
import type { MigrationLog } from "./migration_log.ts";
import type { PeerBook } from "./peer_book.ts";
import { type CloneSession, openCloneSession, type OpenOptions } from "./session_client.ts";

/** What a device's service works with. */
export interface DeviceParts {
  readonly finder: Finder;
  readonly trust: TrustStore;
  readonly book: PeerBook;
  readonly liveness: Liveness;
  readonly migrations: MigrationLog;
  readonly links: LinkMemory;
  /** What clones may send. */
  readonly gate: CloneGateOptions;
  unitsPerMs(): number;
  /** Something that `status` shows has changed. */
  changed(): void;
  /** Between looks whether another clone has become better. */
  readonly reviewMs?: number;
}

export class DeviceService {
  readonly #parts: DeviceParts;
  readonly #chooser: CloneChooser;
  readonly #sessions = new Set<OwnSession>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #reviewing = false;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.#chooser = new CloneChooser(parts);
  }

  /** Sessions of this machine's apps. */
  get apps(): readonly AppSession[] {
    return [...this.#sessions].map(({ shown }) => shown);
  }

  /** Serves one app from its request to its end; never rejects. */
  async serve(control: ControlChannel, request: Message): Promise<void> {
    const { book, liveness, migrations, unitsPerMs, changed, gate, links } = this.#parts;
    await serveApp(
      {
        openAnyClone: (clones, options) =>
          this.#chooser.open(
            clones,
            (connection, why, attempt) =>
              this.#open(connection, why, {
                ...options,
                signal: options.signal ? AbortSignal.any([options.signal, attempt.signal]) : attempt.signal,
                onWaiting: attempt.next,
              }),
          ),
        measureSpeed: unitsPerMs,
        probes: book.probes,
        migrations,
        gate,
        changed,
        heard: ({ connection }) => liveness.heard(connection),
        watch: (session: CloneSession) => {
          const { connection, meter, isEmulated } = session;
          const unwatch = liveness.watch(connection);
          const unfollow = isEmulated ? undefined : book.follow(connection.remotePeer.toString(), meter);
          return () => {
            unwatch();
            unfollow?.();
            const link = session.meter.current();
            if (link !== undefined) links.keep(session.linkName, link);
          };
        },
      },
      { control, request },
      {
        opened: (session) => {
          this.#sessions.add(session);
          if (session.isAuto) this.#timer ??= this.#startReviews();
          changed();
        },
        closed: (session) => {
          this.#sessions.delete(session);
          if (this.#sessions.size === 0) this.close();
          changed();
        },
      },
    );
  }

  async #open(connection: Connection, why: string, options: OpenOptions): Promise<CloneSession> {
    const { links } = this.#parts;
    const peer = connection.remotePeer.toString();
    const { emulated } = options;
    const linkName = `${peer} at ${addressOf(connection)}${
      emulated ? ` as ${JSON.stringify(emulated.spec)}` : ""
    }`;
    const remembered = links.recall(linkName);
    const opened = await openCloneSession(connection, { ...options, remembered: remembered?.link });
    if (remembered === undefined) links.keep(linkName, opened.link);
    const isEmulated = emulated !== undefined;
    return { ...opened, why, linkName, isEmulated, ...(remembered && { linkAgeMs: remembered.ageMs }) };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #startReviews(): ReturnType<typeof setInterval> {
    const timer = setInterval(() => this.review(), this.#parts.reviewMs ?? REVIEW_MS);
    Deno.unrefTimer(timer);
    return timer;
  }

  /** Leaves clones that another one beats by far, twice in a row, while nothing is away there; never rejects. */
  async review(): Promise<void> {
    const sessions = [...this.#sessions].filter(({ isAuto }) => isAuto);
    if (this.#reviewing || sessions.length === 0 || this.#parts.trust.list().length < 2) return;
    this.#reviewing = true;
    try {
      const ranked = await this.#chooser.compare();
      for (const session of sessions) this.#judge(session, ranked);
    } finally {
      this.#reviewing = false;
    }
  }

  #judge(session: OwnSession, all: readonly Ranked<Reached>[]): void {
    const { peer } = session.shown.clone;
    const present = all.find(({ candidate }) => candidate.peer === peer);
    if (present === undefined) return;
    const { info } = present.candidate;
    // It holds what was migrated, the link is as the session sees it, and part of its load is this session's own work.
    const asNow = {
      ...present.candidate,
      link: session.shown.conditions,
      info: {
        ...info,
        storedBytes: 1,
        free: Math.max(1, info.free),
        load: Math.max(0, info.load - 1),
      },
    };
    const ranked = this.#chooser.rank([
      asNow,
      ...all.map(({ candidate }) => candidate).filter((c) => c.peer !== peer),
    ]);
    const now = ranked.find(({ candidate }) => candidate === asNow)!;
    const [best] = ranked;
    session.beaten = best!.seconds < REVIEW_GAIN * now.seconds ? session.beaten + 1 : 0;
    if (session.beaten < 2 || session.isAway()) return;
    const { name } = best!.candidate.info;
    session.end(
      `${name} is better now: ${best!.seconds.toPrecision(2)} s instead of ${now.seconds.toPrecision(2)}`,
    );
  }
}
