interface Point {
  readonly x: number;
  readonly y: number;
}

enum Kind {
  Wall,
  Floor = 5,
  Door,
}

namespace Geometry {
  export const origin: Point = { x: 0, y: 0 };
  export function distance(a: Point, b: Point = origin) {
    return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
  }
}

class Heap<T> {
  readonly #items: [number, T][] = [];
  push(priority: number, item: T) {
    const list = this.#items;
    list.push([priority, item]);
    for (let i = list.length - 1; i > 0;) {
      const up = (i - 1) >> 1;
      if (list[up][0] <= list[i][0]) break;
      [list[up], list[i]] = [list[i], list[up]];
      i = up;
    }
  }
  pop(): T | undefined {
    const list = this.#items;
    const top = list[0];
    const last = list.pop();
    if (list.length > 0 && last) {
      list[0] = last;
      for (let i = 0;;) {
        let least = i;
        for (const child of [2 * i + 1, 2 * i + 2]) {
          if (child < list.length && list[child][0] < list[least][0]) least = child;
        }
        if (least === i) break;
        [list[least], list[i]] = [list[i], list[least]];
        i = least;
      }
    }
    return top?.[1];
  }
  get size() {
    return this.#items.length;
  }
}

class Grid {
  readonly cells: Uint8Array;
  constructor(readonly width: number, readonly height: number, seed = 1) {
    this.cells = Uint8Array.from({ length: width * height }, () => (seed = (seed * 16807) % 2147483647) & 1);
  }
  step(): number {
    const before = this.cells.slice();
    let alive = 0;
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const n = this.#around(before, x, y);
        alive += this.cells[y * this.width + x] = n === 3 || (n === 2 && before[y * this.width + x]) ? 1 : 0;
      }
    }
    return alive;
  }
  #around(cells: Uint8Array, x: number, y: number) {
    let n = 0;
    for (const [dx, dy] of around) {
      n += cells[((y + dy + this.height) % this.height) * this.width + (x + dx + this.width) % this.width];
    }
    return n;
  }
  path(from: Point, to: Point) {
    const open = new Heap<{ at: Point; cost: number; via: Point[] }>();
    open.push(0, { at: from, cost: 0, via: [from] });
    const seen = new Set<string>();
    for (let node = open.pop(); node; node = open.pop()) {
      const { at, cost, via } = node;
      const key = `${at.x},${at.y}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (at.x === to.x && at.y === to.y) return { cost, via, seen: seen.size };
      for (const [dx, dy] of around.filter(([dx, dy]) => dx === 0 || dy === 0)) {
        const next = { x: at.x + dx, y: at.y + dy };
        if (next.x < 0 || next.y < 0 || next.x >= this.width || next.y >= this.height) continue;
        const step = this.cells[next.y * this.width + next.x] ? 5 : 1;
        open.push(cost + step + Geometry.distance(next, to), { at: next, cost: cost + step, via: [...via, next] });
      }
    }
    return null;
  }
  toString() {
    return Array.from({ length: this.height }, (_, y) => [...this.cells.subarray(y * this.width, (y + 1) * this.width)].map((c) => " #"[c]).join("")).join("\n");
  }
}

const around = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => [x, y] as const)).filter(([x, y]) => x || y);

function run(grid: Grid, rounds: number) {
  const counts: number[] = [];
  for (let i = 0; i < rounds; i++) counts.push(grid.step());
  return counts;
}

function kinds(kind: Kind) {
  return [Kind[kind], kind, Kind.Door, Object.keys(Kind).length] satisfies unknown[];
}

function memoryOf(heap: Heap<string>) {
  heap.push(3, "c");
  heap.push(1, "a");
  heap.push(2, "b");
  return [heap.size, heap.pop(), heap.pop()];
}

const grid = new Grid(24, 10, 7);
console.log(run(grid, 5), `\n${grid}`);
console.log(grid.path({ x: 0, y: 0 }, { x: 9, y: 9 }));
console.log(grid.step(), kinds(Kind.Floor), Geometry.distance({ x: 3, y: -4 }));
const heap = new Heap<string>();
console.log(memoryOf(heap), heap.size, heap.pop(), heap);
