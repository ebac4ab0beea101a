import { Batch, type Mode, type Seen } from "./batch.ts";
import { Choices } from "./choices.ts";
import { generate, type GeneratedProgram, type Language } from "./generator.ts";

/** A program that shows something else when it is rewritten. */
export interface Difference {
  readonly seed: number;
  readonly program: GeneratedProgram;
  readonly plain: Seen;
  readonly other: Seen | undefined;
}

const LANGUAGES: readonly Language[] = ["js", "ts", "cjs"];

/** The choices that a seed stands for, the program's language first. */
export function choicesOf(seed: number): readonly number[] {
  const choices = Choices.seeded(seed);
  program(choices);
  return choices.taken;
}

/** The program that these choices make. */
export function program(choices: Choices): GeneratedProgram {
  return generate(choices, choices.of(LANGUAGES));
}

/** Runs the programs of these seeds plainly and in another way; what differs. */
export async function trial(seeds: readonly number[], mode: Exclude<Mode, "plain">): Promise<Difference[]> {
  const programs = seeds.map((seed) => program(Choices.replayed(choicesOf(seed))));
  const differences = await compare(programs, mode);
  return differences.map(({ index, plain, other }) => ({
    seed: seeds[index]!,
    program: programs[index]!,
    plain,
    other,
  }));
}

/** What of these programs differs, by index. A program that the engine itself doesn't take counts as the same. */
export async function compare(
  programs: readonly GeneratedProgram[],
  mode: Exclude<Mode, "plain">,
): Promise<{ readonly index: number; readonly plain: Seen; readonly other: Seen | undefined }[]> {
  using batch = new Batch(programs);
  const [plain, other] = await Promise.all([batch.run("plain"), batch.run(mode)]);
  return plain.flatMap((seen, index) =>
    seen === undefined || /^failed .*SyntaxError/m.test(seen) || seen === other[index]
      ? []
      : [{ index, plain: seen, other: other[index] }]
  );
}
