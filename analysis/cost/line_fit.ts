import { max, min, sqrt } from "../../runtime/safe/mod.ts";

/** Sums of points (x, y), enough to fit y ≈ base + slope·x. Plain numbers: they add up and travel as JSON. */
export interface LineSums {
  /** Points, or the sum of their weights. */
  n: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
  yy: number;
}

/** A fitted line. */
export interface Line {
  readonly base: number;
  readonly slope: number;
  /** Share of the spread in y that x explains, 0 to 1. */
  readonly fit: number;
}

/** Sums of no points. */
export function emptySums(): LineSums {
  return { n: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
}

/** Adds a point; `keep` < 1 first makes what was seen before weigh less (exponential forgetting). */
export function addPoint(sums: LineSums, x: number, { y, keep = 1 }: { y: number; keep?: number }): void {
  sums.n = sums.n * keep + 1;
  sums.x = sums.x * keep + x;
  sums.y = sums.y * keep + y;
  sums.xx = sums.xx * keep + x * x;
  sums.xy = sums.xy * keep + x * y;
  sums.yy = sums.yy * keep + y * y;
}

/** Adds `more`, each of its points counted `weight` times. */
export function addSums(sums: LineSums, more: LineSums, weight = 1): void {
  sums.n += more.n * weight;
  sums.x += more.x * weight;
  sums.y += more.y * weight;
  sums.xx += more.xx * weight;
  sums.xy += more.xy * weight;
  sums.yy += more.yy * weight;
}

/**
 * The least-squares line. With fewer than two different x, or when y falls as x grows (size never makes work smaller, so
 * that is noise), it is the mean with slope 0.
 */
export function fitLine(sums: LineSums): Line {
  if (sums.n <= 0) return { base: 0, slope: 0, fit: 0 };
  const meanX = sums.x / sums.n, meanY = sums.y / sums.n;
  const varX = sums.xx / sums.n - meanX * meanX;
  const varY = sums.yy / sums.n - meanY * meanY;
  const cov = sums.xy / sums.n - meanX * meanY;
  // Relative bound: below it the variance is what rounding left of equal x.
  if (varX <= 1e-9 * (meanX * meanX + 1) || cov <= 0) return { base: meanY, slope: 0, fit: 0 };
  const slope = cov / varX;
  const fit = varY > 0 ? min(1, cov * cov / (varX * varY)) : 1;
  return { base: meanY - slope * meanX, slope, fit };
}

/**
 * The line for work that grows with size: neither its base nor its slope is below 0, else a line through few points that lie
 * close together would say nonsense of sizes far from them. `fit` is below 0 where the mean explains more.
 */
export function fitGrowth(sums: LineSums): Line {
  const line = fitLine(sums);
  if (line.slope === 0 || line.base >= 0) return line;
  const slope = sums.xy / sums.xx;
  const spread = sums.yy - sums.y * sums.y / sums.n;
  const left = max(0, sums.yy - slope * sums.xy);
  return { base: 0, slope, fit: spread > 0 ? 1 - left / spread : 0 };
}

/** How far the x lie apart, as a share of their mean. */
export function spreadOf({ n, x, xx }: LineSums): number {
  const mean = x / n;
  return mean > 0 ? sqrt(max(0, xx / n - mean * mean)) / mean : 0;
}

/**
 * Lets the x lie at least so far apart, as a share of their mean, as if there were points on both sides of it that lie on a line
 * of this slope: means stay what they are.
 */
export function keepSpread(sums: LineSums, slope: number, share: number): void {
  const mean = sums.x / sums.n;
  const more = (share * mean) ** 2 * sums.n - (sums.xx - sums.x * mean);
  if (!(more > 0)) return;
  sums.xx += more;
  sums.xy += more * slope;
  sums.yy += more * slope * slope;
}
