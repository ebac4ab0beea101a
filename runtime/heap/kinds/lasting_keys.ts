/**
 * How many of the wanted keys, from the first on, can stay where they are in an ordered collection: those that it holds
 * in the same order, but none of the last `tail`, which were added anew. What comes after must be removed and added again,
 * as it was at the other side.
 */
export function lastingKeys(
  now: { get(key: unknown): number | undefined },
  wanted: readonly unknown[],
  tail: number,
): number {
  const stays = wanted.length - tail;
  let last = -1;
  for (let i = 0; i < stays; i++) {
    const place = now.get(wanted[i]);
    if (place === undefined || place < last) return i;
    last = place;
  }
  return stays < 0 ? 0 : stays;
}
