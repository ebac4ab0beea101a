import type { Mode } from "./batch.ts";
import { Choices } from "./choices.ts";
import type { GeneratedProgram } from "./generator.ts";
import { compare, program } from "./trial.ts";

/** How many smaller candidates one process tries. */
const TOGETHER = 80;

/** The smallest program found in `limitMs` that still differs, starting from choices whose program does. */
export async function shrink(
  taken: readonly number[],
  mode: Exclude<Mode, "plain">,
  limitMs = 120_000,
): Promise<GeneratedProgram> {
  const end = Date.now() + limitMs;
  let best = [...taken];
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < best.length && Date.now() < end;) {
      const candidates = smaller(best, { size, at });
      const found = await smallestThatDiffers(candidates, mode);
      if (found === undefined) at += (candidates.length >> 1) * size;
      else best = found;
    }
  }
  return program(Choices.replayed(best));
}

/** Without one stretch of choices from `at` on, or with it at its simplest. */
function smaller(taken: readonly number[], { size, at }: { size: number; at: number }): number[][] {
  const candidates: number[][] = [];
  for (let from = at; from < taken.length && candidates.length < TOGETHER; from += size) {
    const [before, after] = [taken.slice(0, from), taken.slice(from + size)];
    candidates.push([...before, ...after]);
    candidates.push([...before, ...new Array(Math.min(size, taken.length - from)).fill(0), ...after]);
  }
  return candidates;
}

async function smallestThatDiffers(
  candidates: readonly number[][],
  mode: Exclude<Mode, "plain">,
): Promise<number[] | undefined> {
  const taken = candidates.filter((item) => item.length > 0);
  const made = taken.map((item) => program(Choices.replayed(item)));
  const different = await compare(made, mode);
  const [first] = different.sort((a, b) => made[a.index]!.text.length - made[b.index]!.text.length);
  return first === undefined ? undefined : shorter(taken[first.index]!, made[first.index]!);
}

/** Choices that make the same program without those that it never took. */
function shorter(taken: readonly number[], made: GeneratedProgram): number[] {
  const choices = Choices.replayed(taken);
  return program(choices).text === made.text ? choices.taken : [...taken];
}
