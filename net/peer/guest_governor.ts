/**
 * Keeps guests within what their devices are granted while they run: memory, CPU time, length of a migration, what they write, hours,
 * mains power, and each device's fair share of the cores.
 *
 * It owns nothing: it stops and continues guests' processes, and asks sessions to end. It looks every {@linkcode TURN_MS} while
 * there are guests and does nothing otherwise. What it enforces a little late (memory, by one look) the kernel's own limits bound
 * at once; see `guest_sandbox.ts`.
 *
 *   1 A guest is ended, with a reason for its device, as soon as a look shows it over a limit.
 *   2 A guest that is stopped is continued within a few turns, or when it is let go.
 *   3 A guest may compute between migrations (collecting garbage, compiling), but not for long.
 */
import type { Grants } from "../trust/mod.ts";
import { closedNow } from "../trust/mod.ts";
import { GRANTS_CHECK_MS, GUEST_WRITTEN_BYTES, IDLE_CPU_MS, TURN_MS, WANTING_MS } from "./constants.ts";
import type { Usage } from "./guest_usage.ts";
import { Turns } from "./turns.ts";

/** A guest that serves a session. */
export interface GovernedGuest {
  readonly pid: number;
  readonly device: string;
  /** What its device may use now. */
  grants(): Grants;
  /** When its migration began, as `performance.now()`; undefined between migrations. */
  awaySince(): number | undefined;
  end(reason: string): void;
}

/** How a governor sees and moves processes. */
export interface GovernorHost {
  readonly cores: number;
  /** Memory of all guests together, bytes. */
  readonly budgetBytes: number;
  usage(pids: readonly number[]): Promise<Map<number, Usage>>;
  /** Stops or continues a guest's processes; they may be gone. */
  signal(pid: number, signal: "SIGSTOP" | "SIGCONT"): void;
  power(): Promise<"mains" | "battery" | "unknown">;
  /** Left out by tests only, to show what each is for. */
  readonly without: ReadonlySet<string>;
}

interface Watched {
  readonly guest: GovernedGuest;
  usage: Usage | undefined;
  /** CPU time used between migrations since the last one. */
  idleCpuMs: number;
  stopped: boolean;
}

export class GuestGovernor {
  readonly #host: GovernorHost;
  readonly #turns: Turns;
  readonly #watched = new Map<number, Watched>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #looking = false;
  #grantsCheckedAt = 0;

  constructor(host: GovernorHost) {
    this.#host = host;
    this.#turns = new Turns(host.cores);
  }

  /** Memory that guests held at the last look, bytes. */
  get bytes(): number {
    return [...this.#watched.values()].reduce((sum, { usage }) => sum + (usage?.bytes ?? 0), 0);
  }

  /** Guests that computed at the last look. */
  get busy(): number {
    return [...this.#watched.values()].filter(({ guest }) => guest.awaySince() !== undefined).length;
  }

  /** Watches a guest until the returned function is called. */
  add(guest: GovernedGuest): () => void {
    const watched: Watched = { guest, usage: undefined, idleCpuMs: 0, stopped: false };
    this.#watched.set(guest.pid, watched);
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => this.look(), TURN_MS);
      Deno.unrefTimer(this.#timer);
    }
    return () => {
      if (this.#watched.get(guest.pid) !== watched) return;
      this.#watched.delete(guest.pid);
      this.#let(watched, true);
      if (this.#watched.size === 0) this.close();
    };
  }

  /** Looks now whether devices may still run guests here: a grant was changed. */
  async recheck(): Promise<void> {
    this.#grantsCheckedAt = 0;
    await this.look();
  }

  /** One look at all guests; never rejects. */
  async look(): Promise<void> {
    if (this.#looking || this.#watched.size === 0) return;
    this.#looking = true;
    try {
      const usage = await this.#host.usage([...this.#watched.keys()]);
      const wanting = [...this.#watched.values()].filter((watched) => this.#note(watched, usage));
      for (const watched of this.#watched.values()) this.#limit(watched);
      this.#limitAll();
      await this.#checkGrants();
      this.#giveTurns(wanting);
    } finally {
      this.#looking = false;
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Takes a look's figures; whether the guest wants to compute. */
  #note(watched: Watched, found: ReadonlyMap<number, Usage>): boolean {
    const now = found.get(watched.guest.pid);
    const cpuMs = (now?.cpuMs ?? 0) - (watched.usage?.cpuMs ?? now?.cpuMs ?? 0);
    watched.usage = now;
    if (watched.guest.awaySince() !== undefined) watched.idleCpuMs = 0;
    else watched.idleCpuMs += cpuMs;
    return watched.stopped || now?.runnable === true || cpuMs >= WANTING_MS;
  }

  #limit({ guest, usage, idleCpuMs }: Watched): void {
    const { without } = this.#host;
    const { memoryMiB, minutes } = guest.grants();
    const away = guest.awaySince();
    if (usage !== undefined && usage.bytes > memoryMiB * 2 ** 20 && !without.has("memory")) {
      guest.end(`its guest used more than the ${memoryMiB} MiB that this device is granted`);
    } else if (away !== undefined && performance.now() - away > minutes * 60_000 && !without.has("time")) {
      guest.end(`its migration took longer than the ${minutes} minutes that this device is granted`);
    } else if (usage !== undefined && usage.writtenBytes > GUEST_WRITTEN_BYTES && !without.has("disk")) {
      guest.end(`its guest wrote more than ${GUEST_WRITTEN_BYTES / 2 ** 20} MiB to the clone's disk`);
    } else if (idleCpuMs > IDLE_CPU_MS && !without.has("idle-cpu")) {
      guest.end("its guest computed without a migration");
    }
  }

  /** Over the budget, the device that uses most loses its largest guest. */
  #limitAll(): void {
    if (this.bytes <= this.#host.budgetBytes || this.#host.without.has("memory")) return;
    const bytesOf = (watched: Watched) => watched.usage?.bytes ?? 0;
    const devices = Map.groupBy(this.#watched.values(), ({ guest }) => guest.device);
    const sum = (guests: readonly Watched[]) => guests.reduce((bytes, one) => bytes + bytesOf(one), 0);
    const [most] = [...devices.values()].sort((a, b) => sum(b) - sum(a));
    const largest = most!.reduce((a, b) => bytesOf(a) >= bytesOf(b) ? a : b);
    largest.guest.end("the clone has no memory left for it");
  }

  async #checkGrants(): Promise<void> {
    if (performance.now() - this.#grantsCheckedAt < GRANTS_CHECK_MS && this.#grantsCheckedAt > 0) return;
    this.#grantsCheckedAt = performance.now();
    const power = await this.#host.power();
    for (const { guest } of this.#watched.values()) {
      const closed = closedNow(guest.grants(), { date: new Date(), power });
      if (closed !== undefined) guest.end(closed);
    }
  }

  #giveTurns(wanting: readonly Watched[]): void {
    if (Deno.build.os === "windows" || this.#host.without.has("turns")) return;
    const running = this.#turns.next(wanting.map(({ guest: { pid, device, grants } }) => {
      return { pid, device, cores: grants().cores };
    }));
    for (const watched of wanting) {
      if (this.#watched.has(watched.guest.pid)) this.#let(watched, running.has(watched.guest.pid));
    }
  }

  #let(watched: Watched, run: boolean): void {
    if (watched.stopped === !run) return;
    watched.stopped = !run;
    this.#host.signal(watched.guest.pid, run ? "SIGCONT" : "SIGSTOP");
  }
}
