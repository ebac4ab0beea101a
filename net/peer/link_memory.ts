/**
 * What links were like when they were last measured, kept in the home: a session begins with these figures instead of waiting for
 * new ones, which takes several round trips, and corrects them while it lives.
 */
import type { Home } from "../home/mod.ts";
import type { LinkSpec } from "../link/mod.ts";
import { LINK_MEMORY_MS, MAX_REMEMBERED_LINKS } from "./constants.ts";

const FILE = "links.json";

/** A link as it was at some time, milliseconds since 1970. */
interface Remembered extends LinkSpec {
  readonly at: number;
}

export class LinkMemory {
  readonly #home: Home;
  readonly #links: Map<string, Remembered>;
  #writing: Promise<void> = Promise.resolve();

  /** What a home remembers; nothing if that can't be read. */
  static async open(home: Home): Promise<LinkMemory> {
    const kept = await home.readJson(FILE).catch(() => undefined);
    const links = typeof kept === "object" && kept !== null ? Object.entries(kept) : [];
    return new LinkMemory(home, new Map(links.filter(([, link]) => isRemembered(link))));
  }

  private constructor(home: Home, links: Map<string, Remembered>) {
    this.#home = home;
    this.#links = links;
  }

  /** How a link was, by its name, and how long ago; undefined if that is too long ago. */
  recall(name: string): { readonly link: LinkSpec; readonly ageMs: number } | undefined {
    const { at, ...link } = this.#links.get(name) ?? { at: -Infinity };
    const ageMs = Date.now() - at;
    // Also where the clock was set back.
    return ageMs >= 0 && ageMs < LINK_MEMORY_MS ? { link: link as LinkSpec, ageMs } : undefined;
  }

  /** The link is like this now. */
  keep(name: string, { rttMs, upBytesPerSecond, downBytesPerSecond }: LinkSpec): void {
    this.#links.delete(name);
    this.#links.set(name, { rttMs, upBytesPerSecond, downBytesPerSecond, at: Date.now() });
    for (const [oldest] of this.#links) {
      if (this.#links.size <= MAX_REMEMBERED_LINKS) break;
      this.#links.delete(oldest);
    }
    this.#writing = this.#writing.then(() => this.#write());
  }

  /** A peer is not trusted any more. */
  forget(peer: string): void {
    for (const name of this.#links.keys()) if (name.includes(peer)) this.#links.delete(name);
    this.#writing = this.#writing.then(() => this.#write());
  }

  /** Resolves when all is written. */
  close(): Promise<void> {
    return this.#writing;
  }

  /** A home that can't be written to remembers nothing. */
  async #write(): Promise<void> {
    await this.#home.writeJson(FILE, Object.fromEntries(this.#links)).catch(() => {});
  }
}

function isRemembered(value: unknown): value is Remembered {
  const { rttMs, upBytesPerSecond, downBytesPerSecond, at } = (value ?? {}) as Record<string, unknown>;
  return [rttMs, upBytesPerSecond, downBytesPerSecond, at].every((figure) =>
    typeof figure === "number" && Number.isFinite(figure) && figure > 0
  );
}
