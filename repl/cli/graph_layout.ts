import dagre from "@dagrejs/dagre";
import type { GraphLayout } from "../../analysis/mod.ts";

/** Pixels between boxes of a column, and between columns. */
const BESIDE = 14, BETWEEN = 70;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Callers left of callees, by layers (Sugiyama), as dagre does it. */
export const graphLayout: GraphLayout = {
  place(boxes, lines) {
    const graph = new dagre.graphlib.Graph({ multigraph: true });
    graph.setGraph({ rankdir: "LR", nodesep: BESIDE, edgesep: 8, ranksep: BETWEEN, marginx: 4, marginy: 4 });
    for (const [i, { width, height }] of boxes.entries()) graph.setNode(String(i), { width, height });
    for (const [i, { from, to, weight }] of lines.entries()) {
      graph.setEdge(String(from), String(to), { weight, minlen: 1 }, String(i));
    }
    dagre.layout(graph);
    const placed = boxes.map((_, i) => graph.node(String(i)) as { x: number; y: number });
    const ways = lines.map(({ from, to }, i) =>
      (graph.edge(String(from), String(to), String(i)) as { points?: Point[] }).points ?? []
    );
    return within(
      placed,
      ways,
      placed.flatMap(({ x, y }, i) => {
        const { width, height } = boxes[i]!;
        return [{ x: x - width / 2, y: y - height / 2 }, { x: x + width / 2, y: y + height / 2 }];
      }),
    );
  },
};

/** Moves all to where coordinates begin: dagre counts boxes only, and lines go round them. */
function within(boxes: readonly Point[], lines: readonly (readonly Point[])[], corners: readonly Point[]) {
  const all = [...corners, ...lines.flat()];
  const [xs, ys] = [all.map(({ x }) => x), all.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const moved = ({ x, y }: Point) => ({ x: x - left, y: y - top });
  return {
    width: Math.max(...xs) - left,
    height: Math.max(...ys) - top,
    boxes: boxes.map(moved),
    lines: lines.map((line) => line.map(moved)),
  };
}
