/**
 * How many of the wanted keys, from the first on, can stay where they are in an ordered collection: those that it holds
 * in the same order. What comes after must be removed and added again, as it was at the other side.
 */
export function lastingKeys(
  now: { get(key: unknown): number | undefined },
  wanted: readonly unknown[],
): number {
  let last = -1;
  for (let i = 0; i < wanted.length; i++) {
    const place = now.get(wanted[i]);
    if (place === undefined || place < last) return i;
    last = place;
  }
  return wanted.length;
}
