import { DEFAULT_GRANTS, GRANT_RANGES } from "./constants.ts";

/** What one trusted peer may use of this machine: computing and, if granted, its graphics processor; whatever an app may do at home. */
export interface Grants {
  /** Its guests at once. */
  readonly guests: number;
  /** Cores that its guests may keep busy together; parts of one count. */
  readonly cores: number;
  /** Memory of one of its guests, MiB. */
  readonly memoryMiB: number;
  /** What this machine keeps of its code and files, MiB. */
  readonly storageMiB: number;
  /** Longest migration, minutes. */
  readonly minutes: number;
  /** Local time of day in which its guests may run, `HH:MM-HH:MM`, over midnight too; always if undefined. */
  readonly hours?: string | undefined;
  /** Whether its guests run only while this machine isn't on its battery. */
  readonly mainsOnly: boolean;
  /** Whether its guests may use this machine's graphics processor (WebGPU), and with it the driver. */
  readonly gpu: boolean;
}

/** What an owner set for one peer; the rest is {@linkcode DEFAULT_GRANTS}. */
export type Limits = Partial<Grants>;

/** What a peer with these limits is granted. */
export function grantsOf(limits: Limits = {}): Grants {
  return { ...DEFAULT_GRANTS, ...limits };
}

/** Checks limits that a file or a person gave. @throws {RangeError} that says what would be right. */
export function parseLimits(value: unknown): Limits {
  if (typeof value !== "object" || value === null) throw new RangeError("limits are an object");
  const given = value as Record<string, unknown>;
  const limits: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(given)) {
    // Earlier versions' grants had a list of permissions, which no guest could use.
    if (field === undefined || field === null || name === "permissions") continue;
    limits[name] = parseField(name, field);
  }
  return limits as Limits;
}

/** What another peer says that it grants; what only a later version knows is passed over. @throws {RangeError} */
export function toldGrants(value: unknown): Grants {
  const given = Object.entries((value ?? {}) as Record<string, unknown>);
  const isKnown = (name: string) => name === "hours" || Object.hasOwn(DEFAULT_GRANTS, name);
  return grantsOf(parseLimits(Object.fromEntries(given.filter(([name]) => isKnown(name)))));
}

function parseField(name: string, value: unknown): unknown {
  if (Object.hasOwn(GRANT_RANGES, name)) {
    const { least, most, whole } = GRANT_RANGES[name as keyof typeof GRANT_RANGES];
    const fits = typeof value === "number" && value >= least && value <= most &&
      (!whole || Number.isInteger(value));
    if (!fits) {
      throw new RangeError(
        `${name} must be ${whole ? "a whole number" : "a number"} from ${least} to ${most}`,
      );
    }
    return value;
  }
  if (name === "hours" && typeof value === "string" && parseHours(value) !== undefined) return value;
  if (name === "hours") throw new RangeError("hours must be like 08:00-18:30");
  if ((name === "mainsOnly" || name === "gpu") && typeof value === "boolean") return value;
  throw new RangeError(`${name} can't be limited`);
}

/** Why a peer's guests may not run now, or undefined if they may. */
export function closedNow(
  { hours, mainsOnly }: Grants,
  now: { readonly date: Date; readonly power: "mains" | "battery" | "unknown" },
): string | undefined {
  if (mainsOnly && now.power === "battery") return "it lends itself to this device only while on mains power";
  const span = hours === undefined ? undefined : parseHours(hours);
  if (span === undefined) return undefined;
  const minute = now.date.getHours() * 60 + now.date.getMinutes();
  const [from, to] = span;
  const open = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  return open ? undefined : `it lends itself to this device from ${hours!.replace("-", " to ")} only`;
}

/** First and last minute of the day. */
function parseHours(text: string): readonly [from: number, to: number] | undefined {
  const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [h1, m1, h2, m2] = match.slice(1).map(Number) as [number, number, number, number];
  if (h1 > 23 || h2 > 24 || m1 > 59 || m2 > 59 || h2 * 60 + m2 > 1440) return undefined;
  return [h1 * 60 + m1, h2 * 60 + m2];
}
