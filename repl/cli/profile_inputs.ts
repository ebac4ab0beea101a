import { dirname, resolve } from "node:path";
import { UsageError } from "./command.ts";

/** Arguments of one execution, and how often it counts beside the others. */
export interface ProfileInput {
  readonly args: readonly string[];
  readonly weight: number;
  /** Whether it was chosen at random. */
  readonly random: boolean;
}

/** An argument that is chosen anew for each random execution. */
type Choice =
  | string
  /** A number of a range; `scale: "log"` makes each order of magnitude as likely. */
  | {
    readonly from: number;
    readonly to: number;
    readonly scale?: "linear" | "log";
    readonly integer?: boolean;
  }
  | { readonly oneOf: readonly string[] }
  /** Files of a folder whose names end so, a number of them between the two. */
  | { readonly files: string; readonly ending?: string; readonly some?: readonly [number, number] };

/** An inputs file: executions that are given, and how random ones are made. */
interface InputsFile {
  readonly given?:
    readonly (readonly string[] | { readonly args: readonly string[]; readonly weight?: number })[];
  readonly random?: { readonly runs: number; readonly weight?: number; readonly args: readonly Choice[] };
}

/** More random runs than this are a mistake. */
const MAX_RUNS = 1000;

/**
 * Reads inputs files. `random` gives numbers from 0 to 1; `runs` overrides how many random executions a file asks for.
 * @throws {UsageError} that names file and place.
 */
export function readInputs(
  paths: readonly string[],
  { random, runs }: { random: () => number; runs?: number },
): ProfileInput[] {
  return paths.flatMap((path) => {
    const file = parse(path);
    const given = (file.given ?? []).map((item, i): ProfileInput => {
      const { args, weight = 1 } = Array.isArray(item)
        ? { args: item }
        : item as Exclude<typeof item, readonly string[]>;
      check(isStrings(args), path, `given[${i}] is no list of arguments (texts)`);
      check(weight > 0, path, `given[${i}].weight must be above 0`);
      return { args, weight, random: false };
    });
    if (file.random === undefined) return given;
    const { args, weight = 1 } = file.random;
    const count = runs ?? file.random.runs;
    check(
      Number.isInteger(count) && count >= 0 && count <= MAX_RUNS,
      path,
      `random.runs must be 0 to ${MAX_RUNS}`,
    );
    check(weight > 0, path, "random.weight must be above 0");
    check(Array.isArray(args), path, "random.args is no list");
    const chosen = Array.from({ length: count }, (): ProfileInput => ({
      args: args.flatMap((choice, i) => chosenFor(choice, { path, place: `random.args[${i}]`, random })),
      weight,
      random: true,
    }));
    return [...given, ...chosen];
  });
}

function parse(path: string): InputsFile {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read inputs ${path}: ${(error as Error).message}`);
  }
  try {
    const file = JSON.parse(text);
    check(typeof file === "object" && file !== null && !Array.isArray(file), path, "it is no JSON object");
    check(file.given === undefined || Array.isArray(file.given), path, "given is no list");
    check(file.given !== undefined || file.random !== undefined, path, 'it has neither "given" nor "random"');
    return file;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot use inputs ${path}: ${(error as Error).message}`);
  }
}

function chosenFor(
  choice: Choice,
  at: { path: string; place: string; random: () => number },
): string[] {
  if (typeof choice === "string") return [choice];
  if (typeof choice === "object" && choice !== null) {
    if ("oneOf" in choice && isStrings(choice.oneOf) && choice.oneOf.length > 0) {
      return [pick(choice.oneOf, at.random)];
    }
    if ("files" in choice && typeof choice.files === "string") return someFiles(choice, at);
    if ("from" in choice && choice.to >= choice.from) return [String(numberOf(choice, at))];
  }
  throw new UsageError(
    `cannot use inputs ${at.path}: ${at.place} must be a text, {from, to}, {oneOf: [...]} or {files: FOLDER}`,
  );
}

function numberOf(
  { from, to, scale = "linear", integer = true }: Extract<Choice, { from: number }>,
  { path, place, random }: { path: string; place: string; random: () => number },
): number {
  check(scale !== "log" || from > 0, path, `${place}: a range on a log scale must start above 0`);
  const value = scale === "log" ? from * (to / from) ** random() : from + (to - from) * random();
  return integer ? Math.round(value) : value;
}

function someFiles(
  { files, ending = "", some = [1, 1] }: Extract<Choice, { files: string }>,
  { path, place, random }: { path: string; place: string; random: () => number },
): string[] {
  const folder = resolve(dirname(path), files);
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].filter(({ isFile, name }) => isFile && name.endsWith(ending))
      .map(({ name }) => name).sort();
  } catch (error) {
    throw new UsageError(`cannot use inputs ${path}: ${place}: ${(error as Error).message}`);
  }
  check(names.length > 0, path, `${place}: ${folder} has no such files`);
  const [least, most] = some;
  check(least >= 1 && most >= least, path, `${place}.some must be [at least, at most]`);
  const count = Math.min(names.length, least + Math.floor((most - least + 1) * random()));
  return Array.from({ length: count }, () => {
    const name = pick(names, random);
    names = names.filter((other) => other !== name);
    return `${folder}/${name}`;
  });
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.min(list.length - 1, Math.floor(random() * list.length))]!;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function check(holds: boolean, path: string, wrong: string): void {
  if (!holds) throw new UsageError(`cannot use inputs ${path}: ${wrong}`);
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
