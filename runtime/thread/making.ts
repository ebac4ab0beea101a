/** What rewritten code does where it calls `Function`, on either side. */
import { types } from "node:util";
import { join, listOf, map } from "../heap/lists.ts";
import { testRegExp } from "../heap/texts.ts";
import { getOwnPropertyDescriptor, isArray } from "./intrinsics.ts";

/** What is to be done in the stead of a call of `Function`. */
export interface Making {
  /** What `Function` is called with if there is no text. */
  readonly args: unknown;
  /** To be evaluated there. */
  readonly text?: string;
  readonly eval?: typeof eval;
  /** Takes what the text has come to, and gives the function. */
  readonly take?: (evaluated: unknown) => Function;
}

/** `isApplied`: the arguments are the list that `Function.apply` was given. */
export type Make = (constructor: unknown, args: unknown, isApplied?: 1) => Making;

const FunctionCtor = Function;
const { apply: functionApply } = Function.prototype;
export const evaluate = eval;

/** Parameters are plain names, so that they can't end their list or begin a comment. */
const NAMES = /^[\w$,\s]*$/;
/** What means something else in a function that has a name and was evaluated: a text with one of these is left alone. */
const TELLING = /\b(?:anonymous|eval|import)\b/;
const MOST_PARAMETERS = 1000;

export const leaveAlone: Make = (_constructor, args) => ({ args });

/** The texts that a call makes a function of, to be given to `Function` in the arguments' stead; undefined if it doesn't. */
export function madeTexts(constructor: unknown, args: unknown, isApplied?: 1): string[] | undefined {
  return constructor === FunctionCtor && (isApplied === undefined || isUsualApply())
    ? textsOf(args)
    : undefined;
}

/** A script that returns what `Function` makes of the texts; undefined if it would be another function. */
export function scriptOf(texts: readonly string[]): string | undefined {
  const body = texts[texts.length - 1]!;
  const names = join(listOf(texts, texts.length - 1), ",");
  return testRegExp(NAMES, names) && !testRegExp(TELLING, names) && !testRegExp(TELLING, body)
    ? `return function anonymous(${names}\n) {\n${body}\n}`
    : undefined;
}

/** What stands in a stack trace for the place where something was evaluated: that frame's text after `at`. */
export function evaluatedAt(place = "<anonymous>"): string {
  return testRegExp(/\)$/, place) ? `eval at ${place}` : `eval at <anonymous> (${place})`;
}

/** Whether `Function.apply` is the engine's: the program may have put another in its place. */
function isUsualApply(): boolean {
  return getOwnPropertyDescriptor(FunctionCtor, "apply") === undefined &&
    getOwnPropertyDescriptor(FunctionCtor.prototype, "apply")?.value === functionApply;
}

/** Made in the order in which the engine makes them, by the program's code where it says how; nothing is if one can't be told. */
function textsOf(args: unknown): string[] | undefined {
  if (!isArray(args) || types.isProxy(args) || args.length === 0 || args.length > MOST_PARAMETERS) {
    return undefined;
  }
  for (let i = 0; i < args.length; i++) {
    const given = getOwnPropertyDescriptor(args, i);
    if (given === undefined || given.get !== undefined || typeof given.value === "symbol") return undefined;
  }
  return map(args, (given) => `${given}`);
}
