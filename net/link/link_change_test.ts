import { ok } from "node:assert/strict";
import { inThreeTries } from "../../tests/net_fixtures.ts";
import { type Channel, memoryChannelPair } from "../channel/mod.ts";
import { type LinkSpec, NAMED_LINKS, parseLink } from "./emulated_link.ts";
import { answerLink } from "./link_ends.ts";
import { LinkMeter } from "./link_meter.ts";
import { EmulatedLink } from "./shaped_channel.ts";

/** A link that is measured, and can become another one. */
class Measured implements AsyncDisposable {
  readonly #link: EmulatedLink;
  readonly meter: LinkMeter;
  #closed = false;

  static async begin(spec: LinkSpec): Promise<Measured> {
    const measured = new Measured(spec);
    await measured.meter.first(AbortSignal.timeout(10_000));
    measured.meter.watch();
    return measured;
  }

  private constructor(spec: LinkSpec) {
    this.#link = new EmulatedLink(spec);
    const [device, clone] = memoryChannelPair();
    answerLink(clone);
    this.meter = new LinkMeter(this.#link.shape(device));
  }

  change(spec: LinkSpec): void {
    this.#link.change(spec);
  }

  /** Milliseconds until all measures are within a share of the truth; fails after `withinMs`. */
  async near(share: number, withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    while (!this.#isNear(share)) {
      ok(
        performance.now() < until,
        `${JSON.stringify(this.meter.current())} after ${withinMs} ms, not ${
          JSON.stringify(this.#link.spec)
        }`,
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #isNear(share: number): boolean {
    const [now, truth] = [this.meter.current()!, this.#link.spec];
    return (Object.keys(truth) as (keyof LinkSpec)[])
      .every((key) => Math.abs(now[key] - truth[key]) <= share * truth[key] + (key === "rttMs" ? 1.5 : 0));
  }

  /** Keeps the way up full. */
  async fill(): Promise<void> {
    const [near, far] = memoryChannelPair();
    far.start({ data: () => {}, end: () => {} });
    const bulk: Channel = this.#link.shape(near);
    while (!this.#closed) {
      const wait = bulk.write(new Uint8Array(16 * 1024));
      this.meter.sent(16 * 1024, wait !== undefined);
      await wait;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.meter.close();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** From, to, and how well the first is known: where a probe takes 5 ms, timers and compilers weigh as much. */
const CHANGES = [
  ["wifi", "3g", 0.15],
  ["3g", "wifi", 0.15],
  ["4g", "wifi", 0.15],
  ["wifi", "4g", 0.15],
  ["wifi-now", "wifi", 0.8],
] as const;

Deno.test("LinkMeter knows a link within 15 % after 5 s, and a changed one within 30 % 5 s later", () =>
  Promise.all(CHANGES.map(([before, after, known]) =>
    inThreeTries(async () => {
      await using measured = await Measured.begin(NAMED_LINKS[before]!);
      await measured.near(known, 5_000);
      measured.change(NAMED_LINKS[after]!);
      await measured.near(0.3, 5_000);
    })
  )).then(() => {}));

Deno.test("LinkMeter sees a link change while bulk fills it", () =>
  inThreeTries(async () => {
    const fast = parseLink("rtt=20ms,up=20mbit,down=20mbit");
    await using measured = await Measured.begin(fast);
    const filling = measured.fill();
    await measured.near(0.15, 5_000);
    measured.change(parseLink("rtt=20ms,up=4mbit,down=20mbit"));
    await measured.near(0.3, 5_000);
    measured.change(fast);
    await measured.near(0.3, 5_000);
    await measured[Symbol.asyncDispose]();
    await filling;
  }));
