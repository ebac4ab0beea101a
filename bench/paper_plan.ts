/** One cell to measure: an app's input on a device, over a link. */
export interface Cell {
  readonly factor: number;
  readonly app: string;
  /** Position among the app's inputs: 0 is the smallest. */
  readonly size: number;
  readonly link: string;
  /** Whether the clone has the files before: the paper's set-up. */
  readonly files: "cold" | "synced";
}

export const SIZES = ["small", "medium", "large"] as const;
const LARGEST = SIZES.length - 1;

/** What the user wants measured; lists that weren't given are undefined. */
export interface Wanted {
  readonly apps: readonly string[];
  readonly factors: readonly number[] | undefined;
  readonly links: readonly string[] | undefined;
  readonly sizes: readonly number[] | undefined;
  readonly full: boolean;
}

const ALL_FACTORS = [26, 10, 4];
const PAPER_LINKS = ["wifi", "3g"];
const ALL_LINKS = [...PAPER_LINKS, "wifi-now"];

/**
 * The cells in the order in which they are measured. Without lists the quick plan: all inputs on a device 10 times slower,
 * the largest at 26 and 4 times. With any list: each of its factors, links and sizes; `full` has all of them.
 */
export function planOf({ apps, factors, links, sizes, full }: Wanted): Cell[] {
  const chosen = full || factors !== undefined || links !== undefined || sizes !== undefined;
  if (!chosen) return apps.length === 0 ? [] : quickPlan(apps);
  const devices = factors ?? (full ? ALL_FACTORS : [10]);
  return devices.flatMap((factor) =>
    apps.flatMap((app) =>
      cells(factor, app, {
        links: links ?? (full ? ALL_LINKS : PAPER_LINKS),
        sizes: sizes ?? SIZES.map((_, i) => i),
      })
    )
  );
}

function quickPlan(apps: readonly string[]): Cell[] {
  const most = apps.flatMap((app) => [
    ...cells(10, app, { links: PAPER_LINKS, sizes: [0, 1, LARGEST] }),
    { factor: 10, app, size: LARGEST, link: "wifi-now", files: "synced" } as const,
  ]);
  const rest = [26, 4].flatMap((factor) =>
    apps.flatMap((app) =>
      PAPER_LINKS.map((link) => ({ factor, app, size: LARGEST, link, files: "synced" as const }))
    )
  );
  return [...most, ...rest];
}

/** Cold files are measured once an app and device, for the largest input on the first link: after that the clone has them. */
function cells(
  factor: number,
  app: string,
  { links, sizes }: { links: readonly string[]; sizes: readonly number[] },
): Cell[] {
  const cold = sizes.includes(LARGEST)
    ? [{ factor, app, size: LARGEST, link: links[0]!, files: "cold" as const }]
    : [];
  const synced = sizes.flatMap((size) =>
    links.map((link) => ({ factor, app, size, link, files: "synced" as const }))
  );
  return [...cold, ...synced];
}
