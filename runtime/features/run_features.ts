import {
  abs,
  ArrayPrototype,
  defineProperty,
  getDescriptor,
  isFiniteNumber,
  max,
} from "../heap/intrinsics.ts";
import { forEach } from "../heap/lists.ts";
import { indexOfText, sliceText, startsWith, trim } from "../heap/texts.ts";
import { Url } from "../thread/intrinsics.ts";

const statSync = Deno.statSync;
const toNumber = Number;
const { push } = Array.prototype;

/** Longest string that is taken for a path. */
export const MAX_PATH = 1024;

/** Where each size stands: how many arguments, bytes of files, the largest number. */
export const RUN_ARGUMENTS = 0;
export const RUN_BYTES = 1;
export const RUN_NUMBER = 2;

/**
 * Sizes of a run's input, for methods without arguments of their own: how many arguments the app was given, bytes of the
 * files they name, and the largest number among them.
 */
export function runFeatures(args: readonly string[], cwd: string): number[] {
  let bytes = 0, largest = 0;
  forEach(args, (given) => {
    const arg = valueOf(given);
    const number = toNumber(arg);
    if (trim(arg) !== "" && isFiniteNumber(number)) largest = max(largest, abs(number));
    else if (arg.length <= MAX_PATH) bytes += fileSize(startsWith(arg, "/") ? arg : `${cwd}/${arg}`) ?? 0;
  });
  return [args.length, bytes, largest];
}

/** What an argument gives: of `--option=value` the value. */
export function valueOf(argument: string): string {
  const at = startsWith(argument, "-") ? indexOfText(argument, "=") : -1;
  return at < 0 ? argument : sliceText(argument, at + 1);
}

/** Bytes of the file at a path or file URL, if there is one. */
export function fileSize(path: string): number | undefined {
  const programs = lendPush();
  try {
    return statSync(startsWith(path, "file:") ? new Url(path) : path).size;
  } catch {
    return undefined;
  } finally {
    if (programs !== undefined) defineProperty(ArrayPrototype, "push", programs);
  }
}

/** Deno's errors are made with the arrays' `push`: it gets the language's own for that; returns the program's, if that is another. */
function lendPush(): PropertyDescriptor | undefined {
  const programs = getDescriptor(ArrayPrototype, "push");
  if (programs === undefined || programs.value === push) return undefined;
  const own = { __proto__: null, value: push, writable: true, enumerable: false, configurable: true };
  return defineProperty(ArrayPrototype, "push", own as PropertyDescriptor) ? programs : undefined;
}
