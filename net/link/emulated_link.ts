/** A link to put in between, or as measured. */
export interface LinkSpec {
  /** Round-trip time, milliseconds; half of it each way. */
  readonly rttMs: number;
  /** Device to clone. */
  readonly upBytesPerSecond: number;
  /** Clone to device. */
  readonly downBytesPerSecond: number;
}

const mbit = (value: number) => value * 1e6 / 8;
const symmetric = (rttMs: number, megabits: number): LinkSpec => ({
  rttMs,
  upBytesPerSecond: mbit(megabits),
  downBytesPerSecond: mbit(megabits),
});

/** Links by name. The first two are the paper's (§5), its latency taken as round trip. */
export const NAMED_LINKS: Readonly<Record<string, LinkSpec>> = {
  "wifi": symmetric(69, 6.6),
  "3g": symmetric(680, 0.4),
  "wifi-now": symmetric(5, 100),
  "4g": { rttMs: 45, upBytesPerSecond: mbit(10), downBytesPerSecond: mbit(40) },
  "lan": symmetric(0.5, 1000),
};

const RATES: Readonly<Record<string, number>> = { kbit: 1e3 / 8, mbit: 1e6 / 8, gbit: 1e9 / 8 };

/**
 * The link that a name or a description (`rtt=20ms,up=10mbit,down=40mbit`) means.
 *
 * @throws {RangeError} that lists the known names.
 */
export function parseLink(text: string): LinkSpec {
  if (Object.hasOwn(NAMED_LINKS, text)) return NAMED_LINKS[text]!;
  const fields = Object.fromEntries(text.split(",").map((field) => field.trim().toLowerCase().split("=", 2)));
  const rttMs = parseTime(fields.rtt);
  const up = parseRate(fields.up ?? fields.bw);
  const down = parseRate(fields.down ?? fields.bw);
  if (rttMs === undefined || up === undefined || down === undefined) {
    throw new RangeError(
      `Cannot emulate link "${text}": no such link; give one of ${
        Object.keys(NAMED_LINKS).join(", ")
      } or e.g. rtt=20ms,up=10mbit,down=40mbit`,
    );
  }
  return { rttMs, upBytesPerSecond: up, downBytesPerSecond: down };
}

function parseTime(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text ?? "");
  const ms = match ? Number(match[1]) * (match[2] === "s" ? 1000 : 1) : undefined;
  return ms !== undefined && ms <= 60_000 ? ms : undefined;
}

function parseRate(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(kbit|mbit|gbit)$/.exec(text ?? "");
  const bytes = match ? Number(match[1]) * RATES[match[2]!]! : 0;
  return bytes >= 125 ? bytes : undefined;
}
