/** Draws the Mandelbrot set in characters: deno run mandelbrot.ts [COLUMNS] [ITERATIONS] */

const columns = Number(Deno.args[0] ?? 78);
const limit = Number(Deno.args[1] ?? 300_000);
const rows = Math.floor(columns / 2.6);
const shades = " .:-=+*#%@";

let steps = 0;

/** How soon the point escapes; closes over the limit and counts the work. */
const escape = (re: number, im: number) => {
  let [x, y, n] = [0, 0, 0];
  while (n < limit && x * x + y * y <= 4) {
    [x, y] = [x * x - y * y + re, 2 * x * y + im];
    n++;
  }
  steps += n;
  return n;
};

function rowDrawer(left: number, width: number) {
  const histogram = new Map<string, number>();
  function draw(im: number): string {
    let line = "";
    for (let column = 0; column < columns; column++) {
      const n = escape(left + width * column / columns, im);
      const shade = n === limit ? "@" : shades[Math.floor(Math.log2(n + 1)) % (shades.length - 1)]!;
      histogram.set(shade, (histogram.get(shade) ?? 0) + 1);
      line += shade;
    }
    return line.trimEnd();
  }
  return { draw, histogram };
}

const { draw, histogram } = rowDrawer(-2.1, 2.8);
for (let row = 0; row < rows; row++) console.log(draw(1.1 - 2.2 * row / (rows - 1)));

const counts = [...histogram].sort(([a], [b]) => a < b ? -1 : 1);
console.log(counts.map(([shade, count]) => `"${shade}" ${count}`).join("  "));
console.log(`${steps} steps`);
