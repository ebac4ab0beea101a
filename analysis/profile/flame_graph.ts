import type { ProfileTree } from "./profile_tree.ts";

/** Pixels: rows are as high as their text; a box under the least width has no room to be seen. */
const ROW = 18, WIDTH = 960, LEAST = 0.4;

/** One side of a flame graph. */
export interface FlameSide {
  /** What stands above it, e.g. `device: 12.3 s`. */
  readonly title: string;
  readonly tree: ProfileTree;
}

/** A flame graph of one or both sides as SVG, callers above callees, to the same scale, so that the clone's gain is seen. */
export function flameGraph(sides: readonly FlameSide[]): string {
  const longest = Math.max(...sides.map(({ tree }) => tree.totalsMs()[0]!), Number.MIN_VALUE);
  const parts: string[] = [];
  let top = 0;
  for (const { title, tree } of sides) {
    parts.push(`<text x="4" y="${top + 13}" font-weight="bold">${escapeXml(title)}</text>`);
    top += ROW;
    const { boxes, depth } = boxesOf(tree, { top, scale: WIDTH / longest });
    parts.push(...boxes);
    top += (depth + 1) * ROW + ROW / 2;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" font-family="sans-serif" font-size="11">`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function boxesOf(
  tree: ProfileTree,
  { top, scale }: { top: number; scale: number },
): { boxes: string[]; depth: number } {
  const totals = tree.totalsMs();
  const left = new Float64Array(totals.length), used = new Float64Array(totals.length);
  const rows = new Uint32Array(totals.length);
  const boxes: string[] = [];
  let depth = 0;
  for (const [i, node] of tree.nodes.entries()) {
    if (node.parent >= 0) {
      left[i] = left[node.parent]! + used[node.parent]!;
      used[node.parent]! += totals[i]!;
      rows[i] = rows[node.parent]! + 1;
    }
    const width = totals[i]! * scale;
    if (width < LEAST) continue;
    depth = Math.max(depth, rows[i]!);
    boxes.push(boxOf({ node, ms: totals[i]!, x: left[i]! * scale, y: top + rows[i]! * ROW, width }));
  }
  return { boxes, depth };
}

function boxOf(
  { node, ms, x, y, width }: {
    node: ProfileTree["nodes"][number];
    ms: number;
    x: number;
    y: number;
    width: number;
  },
): string {
  const name = node.method.slice(node.method.indexOf("#") + 1);
  const pinned = node.pinned === undefined ? "" : `, pinned: ${node.pinned}`;
  const count = `${node.counted ? "" : "at least "}${Math.round(node.invocations * 100) / 100} invocations`;
  const note = `${node.method}: ${ms.toFixed(1)} ms, ${count}${pinned}`;
  // Some 6.2 pixels a letter at this size.
  const room = Math.floor((width - 4) / 6.2);
  const label = room < 3 ? "" : name.length <= room ? name : `${name.slice(0, room - 1)}…`;
  const fill = node.pinned === undefined ? `hsl(${20 + hash(name) % 40} 85% 62%)` : "hsl(210 15% 75%)";
  return `<g><title>${escapeXml(note)}</title>` +
    `<rect x="${x.toFixed(2)}" y="${y}" width="${Math.max(LEAST, width - 0.5).toFixed(2)}" height="${
      ROW - 1
    }" ` +
    `fill="${fill}"/><text x="${(x + 3).toFixed(2)}" y="${y + 13}">${escapeXml(label)}</text></g>`;
}

function hash(text: string): number {
  let value = 7;
  for (const letter of text) value = (value * 31 + letter.codePointAt(0)!) >>> 0;
  return value;
}

/** Text as it may stand in XML. */
export function escapeXml(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, "\ufffd").replace(
    /[&<>"]/g,
    (letter) => names[letter]!,
  );
}
