import { escapeXml } from "../profile/flame_graph.ts";
import type { CallGraph, GraphNode } from "./call_graph.ts";

/** Pixels. A letter of a fixed-width font is 0.6 of its height wide. */
const NAME = 12, WHERE = 10, LETTER = 0.6, PAD = 10, BOX = 38, LEGEND = 22, MARGIN = 16;
/** Letters of a name that are shown. */
const MOST_LETTERS = 38;

/** Fill and border of a box by what it is; what the legend says of it. */
const KINDS: Record<GraphNode["is"], readonly [fill: string, border: string, words: string]> = {
  main: ["#e4e4e7", "#71717a", "main flow: stays"],
  pinned: ["#fca5a5", "#b91c1c", "uses what means the device: stays"],
  reaches: ["#fee2e2", "#dc2626", "surely calls such: stays"],
  may: ["#fef3c7", "#d97706", "may call such: checked at run time"],
  free: ["#f0fdf4", "#4d7c5f", "nothing it reaches means the device"],
};
/** Host-state families, in the order in which they turn up. */
const FAMILY_COLORS = [
  "#7c3aed",
  "#0284c7",
  "#c026d3",
  "#0d9488",
  "#4f46e5",
  "#be185d",
  "#65a30d",
  "#b45309",
];
const POINT = "#15803d";

/** Puts boxes and lines onto a plane. Sizes and places in pixels; a box's place is its middle. */
export interface GraphLayout {
  place(
    boxes: readonly { readonly width: number; readonly height: number }[],
    lines: readonly { readonly from: number; readonly to: number; readonly weight: number }[],
  ): {
    readonly width: number;
    readonly height: number;
    readonly boxes: readonly { readonly x: number; readonly y: number }[];
    readonly lines: readonly (readonly { readonly x: number; readonly y: number }[])[];
  };
}

/** The call graph as SVG: DC solid, TC dashed, legal migration points marked, what must stay and host state coloured. */
export function callGraphPicture(
  graph: CallGraph,
  { layout, title }: { layout: GraphLayout; title: string },
): string {
  const boxes = graph.nodes.map((node) => ({ width: widthOf(node), height: BOX }));
  const lines = [
    ...graph.calls.map(({ from, to, certain }) => ({ from, to, weight: 4, certain, isTc: false })),
    ...graph.reaches.map(({ from, to }) => ({ from, to, weight: 1, certain: true, isTc: true })),
  ];
  const placed = layout.place(boxes, lines);
  const families = [...new Set(graph.nodes.flatMap(({ families }) => families))];
  const colorOf = (family: string) => FAMILY_COLORS[families.indexOf(family) % FAMILY_COLORS.length]!;
  const head = legend(graph, { title, families, colorOf });
  const drawn = [
    ...lines.map((line, i) => lineOf(placed.lines[i]!, line)).sort(),
    ...graph.nodes.map((node, i) => boxOf(node, { ...placed.boxes[i]!, ...boxes[i]! }, colorOf)),
  ];
  const width = Math.ceil(Math.max(placed.width, head.width) + 2 * MARGIN);
  const height = Math.ceil(placed.height + head.height + 2 * MARGIN);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${NAME}">`,
    `<title>${escapeXml(title)}</title>`,
    `<defs>${arrow("dc", "#3f3f46")}${arrow("may", "#a1a1aa")}${arrow("tc", "#6366f1")}</defs>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...head.parts,
    `<g transform="translate(${MARGIN} ${head.height + MARGIN})">`,
    ...drawn,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function arrow(id: string, color: string): string {
  return `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">` +
    `<path d="M0 0L8 4L0 8z" fill="${color}"/></marker>`;
}

function short(text: string, most = MOST_LETTERS): string {
  const letters = [...text];
  if (letters.length <= most) return text;
  // The end of a path says more than its beginning.
  return `…${letters.slice(1 - most).join("")}`;
}

function whereOf({ where, reaches }: Pick<GraphNode, "where" | "reaches">): string {
  return reaches === 0 ? short(where, 46) : `${short(where, 46)} · TC ${reaches}`;
}

function widthOf({ name, points, ...node }: GraphNode): number {
  const mark = points > 0 ? 16 : 0;
  const where = whereOf(node);
  const letters = LETTER *
    Math.max(
      NAME * ([...short(name)].length + (node.callsItself ? 2 : 0)) + mark / LETTER,
      WHERE * [...where].length,
    );
  return Math.ceil(letters + 2 * PAD);
}

function boxOf(
  node: GraphNode,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  colorOf: (family: string) => string,
): string {
  const { name, where, is, families, points, methods, callsItself, notes } = node;
  const [fill, border] = KINDS[is];
  const left = x - width / 2, top = y - height / 2;
  const isPoint = points > 0;
  const band = height / Math.max(1, families.length);
  const said = [...notes, ...(notes.length < methods ? [`and ${methods - notes.length} more`] : [])];
  return [
    `<g><title>${escapeXml([`${name} (${where})`, ...said].join("\n"))}</title>`,
    `<rect x="${n(left)}" y="${
      n(top)
    }" width="${width}" height="${height}" rx="5" fill="${fill}" stroke="${border}"` +
    `${isPoint ? ' stroke-width="1.5"' : ' stroke-width="1" stroke-dasharray="3 2"'}/>`,
    ...families.map((family, i) =>
      `<rect x="${n(left)}" y="${n(top + i * band)}" width="6" height="${n(band)}" fill="${
        colorOf(family)
      }"/>`
    ),
    ...(isPoint ? [pointMark(left + PAD, top + 14)] : []),
    `<text x="${n(left + PAD + (isPoint ? 16 : 0))}" y="${n(top + 17)}">${escapeXml(short(name))}${
      callsItself ? " ↺" : ""
    }</text>`,
    `<text x="${n(left + PAD)}" y="${n(top + 31)}" font-size="${WHERE}" fill="#52525b">${
      escapeXml(whereOf(node))
    }</text></g>`,
  ].join("");
}

/** A legal migration point: the thread may leave here. */
function pointMark(x: number, y: number): string {
  return `<path d="M${n(x)} ${n(y - 5)}l9 5l-9 5z" fill="${POINT}"/>`;
}

function lineOf(
  points: readonly { readonly x: number; readonly y: number }[],
  { certain, isTc }: { certain: boolean; isTc: boolean },
): string {
  const kind = isTc ? "tc" : certain ? "dc" : "may";
  const look = {
    tc: 'stroke="#6366f1" stroke-width="1" stroke-dasharray="6 4"',
    dc: 'stroke="#3f3f46" stroke-width="1.3"',
    may: 'stroke="#a1a1aa" stroke-width="1"',
  }[kind];
  return `<path d="${curve(points)}" fill="none" ${look} marker-end="url(#${kind})"/>`;
}

/** A smooth line through points: a curve from middle to middle. */
function curve(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const last = rest.at(-1) ?? first;
  const bends = rest.slice(0, -1).map((at, i) => {
    const next = rest[i + 1]!;
    const isLast = i === rest.length - 2;
    const to = isLast ? last : { x: (at.x + next.x) / 2, y: (at.y + next.y) / 2 };
    return `Q${n(at.x)} ${n(at.y)} ${n(to.x)} ${n(to.y)}`;
  });
  return `M${n(first.x)} ${n(first.y)}${bends.length > 0 ? bends.join("") : `L${n(last.x)} ${n(last.y)}`}`;
}

function legend(
  graph: CallGraph,
  { title, families, colorOf }: {
    title: string;
    families: readonly string[];
    colorOf: (family: string) => string;
  },
): { parts: string[]; width: number; height: number } {
  const parts: string[] = [];
  let x = MARGIN, y = MARGIN + 4, width = 0;
  const text = (words: string, more = "") => {
    parts.push(`<text x="${n(x)}" y="${n(y + 4)}"${more}>${escapeXml(words)}</text>`);
    x += LETTER * NAME * [...words].length + 22;
    width = Math.max(width, x);
  };
  const row = () => {
    x = MARGIN;
    y += LEGEND;
  };
  const points = graph.nodes.reduce((sum, node) => sum + node.points, 0);
  const methods = graph.nodes.reduce((sum, node) => sum + node.methods, 0);
  text(title, ' font-weight="bold"');
  text(`${methods} methods, ${points} legal migration points`);
  for (const words of graph.reduced) {
    row();
    text(words, ' fill="#b45309"');
  }
  row();
  for (const is of new Set(graph.nodes.map(({ is }) => is))) {
    const [fill, border, words] = KINDS[is];
    parts.push(
      `<rect x="${n(x)}" y="${n(y - 6)}" width="18" height="12" rx="3" fill="${fill}" stroke="${border}"/>`,
    );
    x += 24;
    text(words);
  }
  row();
  parts.push(pointMark(x, y));
  x += 14;
  text("legal migration point (dashed border: none)");
  const sample = (kind: { certain: boolean; isTc: boolean }, words: string) => {
    parts.push(lineOf([{ x, y }, { x: x + 30, y }], kind));
    x += 36;
    text(words);
  };
  sample({ certain: true, isTc: false }, "DC: calls");
  if (graph.calls.some(({ certain }) => !certain)) sample({ certain: false, isTc: false }, "DC: may call");
  if (graph.reaches.length > 0) sample({ certain: true, isTc: true }, "TC: reaches through others");
  text("TC n: methods it reaches in all");
  if (families.length > 0) {
    row();
    text("host state (stays together):");
    for (const family of families) {
      parts.push(`<rect x="${n(x)}" y="${n(y - 7)}" width="6" height="14" fill="${colorOf(family)}"/>`);
      x += 12;
      text(family);
    }
  }
  return { parts, width, height: y + LEGEND - MARGIN };
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
