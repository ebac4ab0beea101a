import { PAPER } from "./paper_figures.ts";
import type { Row } from "./paper_report.ts";

const WIDTH = 760, LEFT = 60, TOP = 30, HEIGHT = 260, BOTTOM = 60;

/** One bar of a group. */
interface Bar {
  readonly label: string;
  readonly value: number;
  /** Above it, e.g. `O 7.2×`. */
  readonly note: string;
}

interface Group {
  readonly label: string;
  readonly bars: readonly Bar[];
}

const COLOURS = ["#555", "#2a7", "#27c", "#c72"];

/** A chart like the paper's Figure 8 (seconds) or 9 (joules): bars by app and input, on a log scale. */
export function barChart(title: string, unit: string, groups: readonly Group[]): string {
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value)).filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...values))), high = Math.ceil(Math.log10(Math.max(...values)));
  const y = (value: number) =>
    TOP + HEIGHT - (Math.log10(Math.max(value, 10 ** low)) - low) / Math.max(1, high - low) * HEIGHT;
  const groupWidth = (WIDTH - LEFT) / groups.length;
  const parts: string[] = [`<text x="${LEFT}" y="16" font-weight="bold">${title}</text>`];
  for (let power = low; power <= high; power++) {
    const at = y(10 ** power).toFixed(1);
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH}" y1="${at}" y2="${at}" stroke="#ddd"/>`,
      `<text x="${LEFT - 6}" y="${at}" text-anchor="end">${10 ** power} ${unit}</text>`,
    );
  }
  for (const [g, { label, bars }] of groups.entries()) {
    const left = LEFT + g * groupWidth, width = groupWidth * 0.8 / bars.length;
    for (const [b, bar] of bars.entries()) {
      const x = left + groupWidth * 0.1 + b * width, top = y(bar.value);
      parts.push(
        `<g><title>${bar.label}: ${bar.value.toFixed(1)} ${unit}</title><rect x="${x.toFixed(1)}" y="${
          top.toFixed(1)
        }" width="${(width - 1).toFixed(1)}" height="${(TOP + HEIGHT - top).toFixed(1)}" fill="${
          COLOURS[b % COLOURS.length]
        }"/></g>`,
        // Upright: side by side they would cover each other.
        `<text transform="translate(${(x + width / 2).toFixed(1)} ${(top - 3).toFixed(1)}) rotate(-90)" ` +
          `font-size="8" dominant-baseline="central">${bar.note}</text>`,
      );
    }
    const [app, size] = label.split(", ");
    const middle = (left + groupWidth / 2).toFixed(1);
    parts.push(
      `<text x="${middle}" y="${TOP + HEIGHT + 14}" text-anchor="middle" font-size="9">${app}</text>`,
      `<text x="${middle}" y="${TOP + HEIGHT + 26}" text-anchor="middle" font-size="9">${size ?? ""}</text>`,
    );
  }
  const most = groups.reduce((a, b) => b.bars.length > a.bars.length ? b : a);
  const labels = most.bars.map(({ label }) => label);
  labels.forEach((label, i) => {
    const x = LEFT + i * 150, top = TOP + HEIGHT + 38;
    parts.push(
      `<rect x="${x}" y="${top}" width="10" height="10" fill="${COLOURS[i % COLOURS.length]}"/>`,
      `<text x="${x + 14}" y="${top + 9}">${label}</text>`,
    );
  });
  const size = `0 0 ${WIDTH} ${TOP + HEIGHT + BOTTOM}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${size}" font-family="sans-serif" font-size="10">\n${
    parts.join("\n")
  }\n</svg>\n`;
}

/** Devices that there are rows of, the slowest first. */
export function factorsOf(rows: readonly Row[]): number[] {
  return [...new Set(rows.map(({ device_factor }) => device_factor))].sort((a, b) => b - a);
}

/** Figure 8 of one device's rows: alone, and with the clone by link. */
export function timeChart(rows: readonly Row[], factor: number): string {
  const groups = groupsOf(rows, { factor, values: ({ alone_s, cc_s }) => [alone_s, cc_s] });
  return barChart(`Execution time, device ${factor} times slower (log scale)`, "s", groups);
}

/** Figure 9: energy, modelled, the screen on. */
export function energyChart(rows: readonly Row[], factor: number): string {
  const groups = groupsOf(rows, {
    factor,
    values: (row) => [row.energy_alone_j.screen_on, row.energy_cc_j.screen_on],
  });
  return barChart(
    `Energy of a device ${factor} times slower, modelled, screen on (log scale)`,
    "J",
    groups,
  );
}

/** A group for each app and input, a bar for each link in one order; files at the clone before, as in the paper. */
function groupsOf(
  rows: readonly Row[],
  { factor, values }: { factor: number; values: (row: Row) => [alone: number, cloned: number] },
): Group[] {
  const shown = rows.filter((row) => row.device_factor === factor && row.files === "synced");
  const links = [...new Set(shown.map(({ link }) => link))].sort((a, b) =>
    LINK_ORDER.indexOf(a) - LINK_ORDER.indexOf(b)
  );
  const cells = Map.groupBy(shown, ({ app, size }) => `${app}, ${size}`);
  return [...cells].map(([label, list]) => ({
    label,
    bars: [
      { label: "device alone", value: values(list[0]!)[0], note: "" },
      ...links.map((link) => {
        const row = list.find((one) => one.link === link);
        if (row === undefined) return { label: `with clone, ${link}`, value: 0, note: "" };
        const [alone, cloned] = values(row);
        return {
          label: `with clone, ${link}`,
          value: cloned,
          note: `${row.choice} ${(alone / cloned).toFixed(1)}×`,
        };
      }),
    ],
  }));
}

const LINK_ORDER = ["wifi", "3g", "wifi-now"];

/** The paper's own figures beside the largest of these at its device's factor, as a Markdown table. */
export function paperTable(rows: readonly Row[]): string {
  const head =
    "| app | input | phone s | clone s | faster on WiFi | on 3G | ours, input | alone s | clone s | on WiFi | on 3G |\n" +
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |";
  const lines = Object.entries(PAPER).flatMap(([app, figures]) => {
    const own = rows.filter((row) =>
      row.app === app && row.device_factor === PAPER_FACTOR && row.files === "synced"
    );
    const sizes = [...new Set(own.toSorted((a, b) => a.alone_s - b.alone_s).map(({ size }) => size))];
    return figures.map(({ size, phoneS, cloneS, wifi, threeG }, i) => {
      const mine = own.filter((row) => row.size === sizes[i]);
      const faster = (link: string) => {
        const row = mine.find((one) => one.link === link);
        return row === undefined ? "" : `${(row.alone_s / row.cc_s).toFixed(1)}×`;
      };
      const cells = [
        ...[app, size, phoneS, cloneS, wifi === undefined ? "" : `${wifi}×`],
        ...[threeG === undefined ? "" : `${threeG}×`, sizes[i] ?? "", mine[0]?.alone_s.toFixed(1) ?? ""],
        ...[mine[0]?.clone_s.toFixed(2) ?? "", faster("wifi"), faster("3g")],
      ];
      return `| ${cells.join(" | ")} |`;
    });
  });
  return [head, ...lines].join("\n");
}

/** How many times slower than its clone the paper's phone is. */
const PAPER_FACTOR = 26;
