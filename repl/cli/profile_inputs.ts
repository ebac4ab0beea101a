import { dirname, resolve } from "node:path";
import { UsageError } from "./command.ts";

/** Arguments of one execution, and how often it counts beside the others. */
export interface ProfileInput {
  readonly args: readonly string[];
  /** A file that its input comes from; empty if there is none. */
  readonly stdin?: string;
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

/** What an inputs file holds, by place; anything else in it is a mistake. */
const KEYS = {
  file: ["given", "random"],
  given: ["args", "stdin", "weight"],
  random: ["runs", "weight", "args"],
  choice: ["from", "to", "scale", "integer", "oneOf", "files", "ending", "some"],
} as const;

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
    const given = list(file.given, path, "given").map((item, i): ProfileInput => {
      const place = `given[${i}]`;
      const { args, stdin, weight } = Array.isArray(item)
        ? { args: item }
        : objectAt(item, path, { place, keys: "given" });
      return {
        args: argumentsAt(args, path, place),
        ...(stdin !== undefined && { stdin: fileAt(stdin, path, `${place}.stdin`) }),
        weight: weightAt(weight, path, place),
        random: false,
      };
    });
    if (file.random === undefined) return given;
    const { args, weight, runs: asked } = objectAt(file.random, path, { place: "random", keys: "random" });
    const count = runs ?? asked;
    check(
      typeof count === "number" && Number.isInteger(count) && count >= 0 && count <= MAX_RUNS,
      path,
      `random.runs must be 0 to ${MAX_RUNS}`,
    );
    check(Array.isArray(args), path, "random.args is no list");
    const choices = args.map((choice, i) => choiceAt(choice, path, `random.args[${i}]`));
    const each = weightAt(weight, path, "random");
    const chosen = Array.from({ length: count }, (): ProfileInput => ({
      args: choices.flatMap((choice, i) => chosenFor(choice, { path, place: `random.args[${i}]`, random })),
      weight: each,
      random: true,
    }));
    return [...given, ...chosen];
  });
}

function parse(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read inputs ${path}: ${(error as Error).message}`);
  }
  try {
    const file = objectAt(JSON.parse(text), path, { place: "it", keys: "file" });
    check(file.given !== undefined || file.random !== undefined, path, 'it has neither "given" nor "random"');
    return file;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot use inputs ${path}: ${(error as Error).message}`);
  }
}

function objectAt(
  value: unknown,
  path: string,
  { place, keys }: { place: string; keys: keyof typeof KEYS },
): Record<string, unknown> {
  check(
    isObject(value),
    path,
    `${place} is no JSON object${keys === "given" ? ", nor a list of texts" : ""}`,
  );
  const known: readonly string[] = KEYS[keys];
  const other = Object.keys(value).find((key) => !known.includes(key));
  check(other === undefined, path, `${place} has "${other}", which is none of ${known.join(", ")}`);
  return value;
}

function list(value: unknown, path: string, place: string): readonly unknown[] {
  check(value === undefined || Array.isArray(value), path, `${place} is no list`);
  return value ?? [];
}

function argumentsAt(args: unknown, path: string, place: string): readonly string[] {
  check(isStrings(args), path, `${place} is no list of arguments (texts)`);
  check(!args.some((text) => text.includes("\0")), path, `${place}: no argument can hold a NUL character`);
  return args;
}

/** A file, as seen from the inputs file. */
function fileAt(value: unknown, path: string, place: string): string {
  check(typeof value === "string", path, `${place} must name a file`);
  const file = resolve(dirname(path), value);
  check(isFile(file), path, `${place}: there is no file ${file}`);
  return file;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function weightAt(weight: unknown, path: string, place: string): number {
  if (weight === undefined) return 1;
  check(isNumber(weight) && weight > 0, path, `${place}.weight must be a number above 0`);
  return weight;
}

/** Looked at once, however often it is chosen from. */
function choiceAt(choice: unknown, path: string, place: string): Choice {
  if (typeof choice === "string") return argumentsAt([choice], path, place)[0]!;
  const is = `${place} must be a text, {from, to}, {oneOf: [...]} or {files: FOLDER}`;
  check(isObject(choice), path, is);
  const { from, to, scale, integer, oneOf, files, ending, some } = objectAt(choice, path, {
    place,
    keys: "choice",
  });
  if (oneOf !== undefined) {
    check(argumentsAt(oneOf, path, `${place}.oneOf`).length > 0, path, `${place}.oneOf is empty`);
  } else if (files !== undefined) {
    check(typeof files === "string", path, `${place}.files must name a folder`);
    check(ending === undefined || typeof ending === "string", path, `${place}.ending must be a text`);
    const pair = Array.isArray(some) && some.length === 2 && some.every(Number.isInteger);
    check(
      some === undefined || pair && some[0] >= 1 && some[1] >= some[0],
      path,
      `${place}.some must be [at least, at most]`,
    );
  } else {
    check(isNumber(from) && isNumber(to), path, is);
    check(to >= from, path, `${place}: ${from} to ${to} is no range; the smaller number is "from"`);
    check(
      scale === undefined || scale === "linear" || scale === "log",
      path,
      `${place}.scale is linear or log`,
    );
    check(scale !== "log" || from > 0, path, `${place}: a range on a log scale must start above 0`);
    check(integer === undefined || typeof integer === "boolean", path, `${place}.integer is true or false`);
  }
  return choice as unknown as Choice;
}

function chosenFor(
  choice: Choice,
  at: { path: string; place: string; random: () => number },
): string[] {
  if (typeof choice === "string") return [choice];
  if ("oneOf" in choice) return [pick(choice.oneOf, at.random)];
  return "files" in choice ? someFiles(choice, at) : [String(numberOf(choice, at.random))];
}

function numberOf(
  { from, to, scale = "linear", integer = true }: Extract<Choice, { from: number }>,
  random: () => number,
): number {
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function check(holds: boolean, path: string, wrong: string): asserts holds {
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
