import type { Conditions } from "../../runtime/mod.ts";
import { escapeXml } from "../profile/flame_graph.ts";
import { PICTURE_CELLS } from "./constants.ts";
import type { Envelope, PricedPartition } from "./envelope.ts";
import { lookUp } from "./lookup.ts";

/** Where the picture is drawn, pixels. */
const SIDE = 480, LEFT = 70, TOP = 30;

/**
 * A picture of which partition is best where, as SVG: round-trip time against bandwidth (both ways alike), both on
 * logarithmic axes, at one clone speed. `here` is marked: the link as measured.
 */
export function regionPicture(
  envelope: Envelope,
  { cloneSpeed, here }: { cloneSpeed: number; here?: Conditions },
): string {
  const { best, worst } = envelope.box;
  const rtt = axis(Math.max(0.1, Math.min(best.rttMs, worst.rttMs)), worst.rttMs);
  const link = axis(worst.upBytesPerSecond, best.upBytesPerSecond);
  const colors = new Map<PricedPartition, string>();
  const cells: string[] = [];
  const size = SIDE / PICTURE_CELLS;
  for (let row = 0; row < PICTURE_CELLS; row++) {
    for (let from = 0; from < PICTURE_CELLS;) {
      const at = (column: number) =>
        lookUp(envelope, conditionsAt({ rtt, link, cloneSpeed, column, row })).partition;
      const partition = at(from);
      let to = from + 1;
      while (to < PICTURE_CELLS && at(to) === partition) to++;
      const color = colors.get(partition) ?? colorOf(partition, colors.size);
      colors.set(partition, color);
      cells.push(
        `<rect x="${LEFT + from * size}" y="${TOP + row * size}" width="${
          (to - from) * size
        }" height="${size}" ` +
          `fill="${color}"/>`,
      );
      from = to;
    }
  }
  return svg(
    [...cells, ...axes({ rtt, link, cloneSpeed }), ...mark({ rtt, link, here }), ...legend(colors)],
    colors.size,
  );
}

interface Axis {
  at(share: number): number;
  shareOf(value: number): number;
}

function axis(low: number, high: number): Axis {
  return {
    at: (share) => low * (high / low) ** share,
    shareOf: (value) => Math.min(1, Math.max(0, Math.log(value / low) / Math.log(high / low))),
  };
}

/** The conditions in the middle of a cell; bandwidth grows upwards. */
function conditionsAt(
  { rtt, link, cloneSpeed, column, row }: {
    rtt: Axis;
    link: Axis;
    cloneSpeed: number;
    column: number;
    row: number;
  },
) {
  const bytes = link.at(1 - (row + 0.5) / PICTURE_CELLS);
  return {
    rttMs: rtt.at((column + 0.5) / PICTURE_CELLS),
    upBytesPerSecond: bytes,
    downBytesPerSecond: bytes,
    cloneSpeed,
  };
}

function colorOf({ migrate }: PricedPartition, index: number): string {
  return migrate.length === 0 ? "hsl(0 0% 88%)" : `hsl(${(index * 137.5) % 360} 60% 70%)`;
}

function axes({ rtt, link, cloneSpeed }: { rtt: Axis; link: Axis; cloneSpeed: number }): string[] {
  const parts = [
    `<text x="${LEFT}" y="18">best partition, clone ${
      cloneSpeed.toFixed(1)
    } times as fast as the device</text>`,
  ];
  for (const ms of [0.1, 1, 10, 100, 1000]) {
    const x = LEFT + rtt.shareOf(ms) * SIDE;
    parts.push(`<text x="${x}" y="${TOP + SIDE + 15}" text-anchor="middle">${ms}</text>`);
  }
  for (const mbit of [0.1, 1, 10, 100, 1000, 8000]) {
    const y = TOP + (1 - link.shareOf(mbit * 125_000)) * SIDE + 4;
    parts.push(`<text x="${LEFT - 6}" y="${y}" text-anchor="end">${mbit}</text>`);
  }
  parts.push(
    `<text x="${LEFT + SIDE / 2}" y="${TOP + SIDE + 32}" text-anchor="middle">round-trip time, ms</text>`,
  );
  const middle = TOP + SIDE / 2;
  parts.push(
    `<text x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">Mbit/s</text>`,
  );
  return parts;
}

function mark({ rtt, link, here }: { rtt: Axis; link: Axis; here: Conditions | undefined }): string[] {
  if (here === undefined) return [];
  const x = LEFT + rtt.shareOf(Math.max(0.1, here.rttMs)) * SIDE;
  const y = TOP + (1 - link.shareOf(Math.min(here.upBytesPerSecond, here.downBytesPerSecond))) * SIDE;
  return [
    `<circle cx="${x}" cy="${y}" r="5" fill="none" stroke="black" stroke-width="2" shape-rendering="auto"><title>${
      here.rttMs.toFixed(1)
    } ms: the conditions this was asked for</title></circle>`,
    `<text x="${LEFT + SIDE}" y="18" text-anchor="end">○ asked for</text>`,
  ];
}

function legend(colors: ReadonlyMap<PricedPartition, string>): string[] {
  return [...colors].flatMap(([{ migrate }, color], i) => {
    const y = TOP + SIDE + 48 + i * 18;
    const name = migrate.length === 0 ? "all on the device" : migrate.join(", ");
    return [
      `<rect x="${LEFT}" y="${y}" width="12" height="12" fill="${color}"/>`,
      `<text x="${LEFT + 18}" y="${y + 10}">${escapeXml(name)}</text>`,
    ];
  });
}

function svg(parts: readonly string[], rows: number): string {
  const height = TOP + SIDE + 56 + rows * 18;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${
      LEFT + SIDE + 30
    } ${height}" font-family="sans-serif" font-size="11" shape-rendering="crispEdges">`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}
