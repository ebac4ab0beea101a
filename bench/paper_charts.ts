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
        `<text x="${(x + width / 2).toFixed(1)}" y="${
          (top - 3).toFixed(1)
        }" font-size="8" text-anchor="middle">${bar.note}</text>`,
      );
    }
    const [app, size] = label.split(", ");
    const middle = (left + groupWidth / 2).toFixed(1);
    parts.push(
      `<text x="${middle}" y="${TOP + HEIGHT + 14}" text-anchor="middle" font-size="9">${app}</text>`,
      `<text x="${middle}" y="${TOP + HEIGHT + 26}" text-anchor="middle" font-size="9">${size ?? ""}</text>`,
    );
  }
  const labels = groups[0]!.bars.map(({ label }) => label);
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

/** Figure 8 of these rows: alone, and with the clone by link. */
export function timeChart(rows: readonly Row[]): string {
  return barChart("Execution time (log scale)", "s", groupsOf(rows, ({ alone_s, cc_s }) => [alone_s, cc_s]));
}

/** Figure 9: energy, modelled, the screen on. */
export function energyChart(rows: readonly Row[]): string {
  const groups = groupsOf(rows, (row) => [row.energy_alone_j.screen_on, row.energy_cc_j.screen_on]);
  return barChart("Energy of the device, modelled, screen on (log scale)", "J", groups);
}

function groupsOf(rows: readonly Row[], values: (row: Row) => [alone: number, cloned: number]): Group[] {
  const cells = Map.groupBy(rows, ({ app, size }) => `${app}, ${size}`);
  return [...cells].map(([label, list]) => ({
    label,
    bars: [
      { label: "device alone", value: values(list[0]!)[0], note: "" },
      ...list.map((row) => {
        const [alone, cloned] = values(row);
        return {
          label: `clone, ${row.link}`,
          value: cloned,
          note: `${row.choice} ${(alone / cloned).toFixed(1)}×`,
        };
      }),
    ],
  }));
}

/** The paper's own figures, as a Markdown table. */
export function paperTable(): string {
  const head =
    "| app | input | phone s | clone s | faster on WiFi | on 3G |\n| --- | --- | --- | --- | --- | --- |";
  const lines = Object.entries(PAPER).flatMap(([app, figures]) =>
    figures.map(({ size, phoneS, cloneS, wifi, threeG }) =>
      `| ${app} | ${size} | ${phoneS} | ${cloneS} | ${wifi === undefined ? "" : `${wifi}×`} | ${
        threeG === undefined ? "" : `${threeG}×`
      } |`
    )
  );
  return [head, ...lines].join("\n");
}
