const statSync = Deno.statSync;

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
  for (const arg of args) {
    const number = Number(arg);
    if (arg.trim() !== "" && Number.isFinite(number)) largest = Math.max(largest, Math.abs(number));
    else if (arg.length <= MAX_PATH) bytes += fileSize(arg.startsWith("/") ? arg : `${cwd}/${arg}`) ?? 0;
  }
  return [args.length, bytes, largest];
}

/** Bytes of the file at a path or file URL, if there is one. */
export function fileSize(path: string): number | undefined {
  try {
    return statSync(path.startsWith("file:") ? new URL(path) : path).size;
  } catch {
    return undefined;
  }
}
