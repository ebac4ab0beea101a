import { EXHAUSTIVE_METHODS, EXHAUSTIVE_STEPS, LIMIT_SLACK } from "./constants.ts";
import type { Reduced } from "./presolve.ts";

/** Whether a reduced problem is small enough to try every choice. */
export function canExhaust({ candidates, contexts }: Reduced): boolean {
  return candidates.length <= EXHAUSTIVE_METHODS &&
    2 ** candidates.length * contexts.length <= EXHAUSTIVE_STEPS;
}

/** The cheapest legal choice of candidates by trying all, fewest migration points first among equals; undefined if none is legal. */
export function exhaust(reduced: Reduced): number[] | undefined {
  const { candidates, contexts, limits } = reduced;
  const families = familyMembers(reduced);
  const at = new Uint8Array(contexts.length);
  let must = 0;
  for (const candidate of reduced.forced) must |= 1 << candidate;
  let best: number | undefined, bestCost = Infinity, bestSize = Infinity;
  for (let bits = 0; bits < 1 << candidates.length; bits++) {
    if ((bits & must) !== must) continue;
    for (const [i, { parent, candidate }] of contexts.entries()) {
      at[i] = parent < 0 ? 0 : at[parent]! | (bits >> candidate) & 1;
    }
    if (!families.every((members) => members.every((i) => at[i] === at[members[0]!]))) continue;
    if (!limits.every((atMost, k) => sum(reduced, at, k + 1) <= atMost + Math.abs(atMost) * LIMIT_SLACK)) {
      continue;
    }
    const cost = sum(reduced, at, 0);
    const size = bitCount(bits);
    if (cost < bestCost || (cost === bestCost && size < bestSize)) {
      [best, bestCost, bestSize] = [bits, cost, size];
    }
  }
  return best === undefined ? undefined : [...candidates.keys()].filter((i) => (best >> i) & 1);
}

function sum({ contexts }: Reduced, at: Uint8Array, vector: number): number {
  let total = 0;
  for (let i = 0; i < contexts.length; i++) {
    const { parent, costs } = contexts[i]!;
    const cost = costs[vector]!;
    total += at[i] === 0 ? cost.stay : cost.away + (at[parent] === 0 ? cost.migrate : 0);
  }
  return total;
}

function familyMembers({ contexts }: Reduced): number[][] {
  const members = new Map<string, number[]>();
  for (const [i, { families }] of contexts.entries()) {
    for (const family of families) members.set(family, [...members.get(family) ?? [], i]);
  }
  return [...members.values()];
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
