/** Mean and spread of samples, as they come (Welford); adds up with others. */
export interface Spread {
  n: number;
  mean: number;
  /** Sum of squared distances from the mean. */
  squares: number;
}

/** No samples yet. */
export function emptySpread(): Spread {
  return { n: 0, mean: 0, squares: 0 };
}

/** Adds one sample. */
export function addSample(spread: Spread, value: number): void {
  spread.n++;
  const distance = value - spread.mean;
  spread.mean += distance / spread.n;
  spread.squares += distance * (value - spread.mean);
}

/** Adds the samples of `more`, each `weight` times. */
export function addSpread(spread: Spread, more: Spread, weight = 1): void {
  const added = more.n * weight;
  if (added <= 0) return;
  const n = spread.n + added;
  const distance = more.mean - spread.mean;
  spread.squares += more.squares * weight + distance * distance * spread.n * added / n;
  spread.mean += distance * added / n;
  spread.n = n;
}

/** Standard deviation of the samples; 0 for fewer than two. */
export function deviation(spread: Spread): number {
  return spread.n > 1 ? Math.sqrt(Math.max(0, spread.squares) / (spread.n - 1)) : 0;
}

/** Standard error of the mean: how wrong the mean may be. */
export function standardError(spread: Spread): number {
  return spread.n > 0 ? deviation(spread) / Math.sqrt(spread.n) : 0;
}
