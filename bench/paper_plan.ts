/** One cell to measure: an app's input on a device, over a link. */
export interface Cell {
  readonly factor: number;
  readonly app: string;
  /** Position among the app's inputs: 0 is the smallest. */
  readonly size: number;
  readonly link: string;
  /** Whether the clone has the files before: the paper's set-up. A cold one was never seen before: it lacks the code too. */
  readonly files: "cold" | "synced";
}

export const SIZES = ["small", "medium", "large"] as const;
const LARGEST = SIZES.length - 1;

/** What the user wants measured; lists that weren't given are undefined, and mean all. */
export interface Wanted {
  readonly apps: readonly string[];
  readonly factors: readonly number[] | undefined;
  readonly links: readonly string[] | undefined;
  readonly sizes: readonly number[] | undefined;
}

/** Cells that one device measures one after the other. */
export interface DevicePlan {
  readonly factor: number;
  readonly cells: readonly Cell[];
  /** Those that wait until all devices have measured their `cells`: what the paper hasn't. */
  readonly further: readonly Cell[];
}

const ALL_FACTORS = [26, 10, 4];
const ALL_LINKS = ["wifi", "3g", "wifi-now"];
/** The paper's links are measured before any other. */
const MAIN_LINKS = 2;
/** What tells most comes first, as time may end: the largest, then those where it may be better to stay. */
const SIZE_ORDER = [LARGEST, 0, 1];
/** A device this slow takes longest by far and next to nothing of a core: each app has one of its own. */
const PARTED_FROM = 20;

/** The cells for each device in the order in which they are measured: the slowest devices come first, as they take longest. */
export function planOf({ apps, factors = ALL_FACTORS, links = ALL_LINKS, sizes }: Wanted): DevicePlan[] {
  return factors.toSorted((a, b) => b - a).flatMap((factor) => {
    const parts = factor >= PARTED_FROM ? apps.map((app) => [app]) : [apps];
    return parts.map((some) => ({ factor, ...cellsOf(factor, { apps: some, links, sizes }) }));
  });
}

function cellsOf(
  factor: number,
  { apps, links = [], sizes }: Pick<Wanted, "apps" | "links" | "sizes">,
): Omit<DevicePlan, "factor"> {
  const wanted = SIZE_ORDER.filter((size) => sizes?.includes(size) ?? true);
  const synced = (some: readonly string[]) =>
    wanted.flatMap((size) =>
      apps.flatMap((app) => some.map((link) => ({ factor, app, size, link, files: "synced" as const })))
    );
  const cold = wanted.includes(LARGEST)
    ? apps.map((app) => ({ factor, app, size: LARGEST, link: links[0]!, files: "cold" as const }))
    : [];
  return {
    cells: synced(links.slice(0, MAIN_LINKS)),
    further: [...cold, ...synced(links.slice(MAIN_LINKS))],
  };
}
