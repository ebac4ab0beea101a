import { apply } from "../heap/intrinsics.ts";

/**
 * How a guest's stands for host APIs do their work: with the language's own functions, whatever the program has put in their place.
 * One process serves one program, so what sets those aside is this module's.
 */
let setAside: (() => () => void) | undefined;
let isAside = false;

/** Says how the program's changes of built-ins are set aside; what is returned brings them back. */
export function setChangesAsideBy(way: () => () => void): void {
  setAside = way;
}

/** Does something that runs none of the program's code; of what is async, all before the first `await`. */
export function undisturbed<T>(perform: () => T): T {
  if (setAside === undefined || isAside) return perform();
  isAside = true;
  const bringBack = setAside();
  try {
    return perform();
  } finally {
    bringBack();
    isAside = false;
  }
}

/** A call that does all its work so, with the name that it is known by and what it carries. */
export function undisturbedCall(
  name: string,
  call: (...args: any[]) => unknown,
): (...args: any[]) => unknown {
  const stand = (...args: unknown[]) => undisturbed(() => apply(call, undefined, args));
  return Object.defineProperty(Object.assign(stand, call), "name", { value: name, configurable: true });
}
