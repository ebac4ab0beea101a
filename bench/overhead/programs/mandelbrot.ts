export function run(): number {
  let inside = 0;
  for (let y = 0; y < 160; y++) {
    for (let x = 0; x < 160; x++) {
      inside += escapes(x / 80 - 1.5, y / 80 - 1) ? 0 : 1;
    }
  }
  return inside;
}
function escapes(cr: number, ci: number): boolean {
  let [r, i] = [0, 0];
  for (let n = 0; n < 100; n++) {
    const next = r * r - i * i + cr;
    i = 2 * r * i + ci;
    r = next;
    if (r * r + i * i > 4) return true;
  }
  return false;
}
