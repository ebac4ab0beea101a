/** Our own frames never show: the app's stack traces name the app's lines. */

const OWN = new URL("../", import.meta.url).href;
/** Frames of the runtime that may stand on top of the app's. */
const OWN_FRAMES = 16;

/** Ends the clone's part of a stack when only the device can tell the rest. */
export const REMOTE_END = "    at <clonecloud:device>";

/** The calling app code's frames, without those of the runtime, as lines `    at …`: at most `count`. */
export function appFrames(count: number): string[] {
  const stack = undisturbed(undefined, count + OWN_FRAMES, () => new Error().stack ?? "");
  const lines = stack.split("\n").filter((line) => /^ {4}at /.test(line));
  return lines.filter((line) => !line.includes(OWN) && !/clonecloud:runtime/.test(line)).slice(0, count);
}

/** How many frames the app's stack traces have. */
export function stackLimit(): number {
  const limit: unknown = Error.stackTraceLimit;
  return typeof limit === "number" && limit > 0 ? Math.min(Math.floor(limit), 200) : 0;
}

/** Frames below the method that is at its migration point: they stay here, but its errors name them. */
export function framesBelow(): string[] {
  return appFrames(stackLimit() + 1).slice(1);
}

/** An error that an async method threw at the clone, with the frames below, which only are known now. */
export function appendDeviceFrames(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const stack = error.stack;
  if (typeof stack !== "string" || !stack.includes(REMOTE_END)) return error;
  const [remote] = stack.split(`\n${REMOTE_END}`);
  const frames = remote!.split("\n").filter((line) => /^ {4}at /.test(line)).length;
  // The first device frame is the method itself at its migration point.
  const below = appFrames(Math.max(0, stackLimit() - frames) + 1).slice(1);
  error.stack = [remote, ...below].join("\n");
  return error;
}

/**
 * Where the caller of the method at its migration point stands: URL and `line:column`; undefined if it isn't app code.
 * The app's own `Error.prepareStackTrace` is not called.
 */
export function callerPosition(): { readonly url: string; readonly position: string } | undefined {
  const sites = undisturbed(
    (_error, found) => found,
    OWN_FRAMES,
    () => (new Error() as unknown as { stack: NodeJS.CallSite[] }).stack,
  );
  const outside = sites.filter((site) => !urlOf(site).startsWith(OWN));
  const caller = outside[1];
  if (caller === undefined) return undefined;
  return { url: urlOf(caller), position: `${caller.getLineNumber()}:${caller.getColumnNumber()}` };
}

/** Does something with stack traces of our own making; what the app set stays as it was. */
function undisturbed<T>(
  prepare: ((error: Error, sites: NodeJS.CallSite[]) => unknown) | undefined,
  limit: number,
  act: () => T,
): T {
  const before = (["prepareStackTrace", "stackTraceLimit"] as const).map((name) =>
    [name, Reflect.getOwnPropertyDescriptor(Error, name)] as const
  );
  (Error as { prepareStackTrace?: unknown }).prepareStackTrace = prepare;
  Error.stackTraceLimit = limit;
  try {
    return act();
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(Error, name);
      else Reflect.defineProperty(Error, name, descriptor);
    }
  }
}

function urlOf(site: NodeJS.CallSite): string {
  const name = site.getFileName() ?? "";
  return name.startsWith("/") ? new URL(`file://${name}`).href : name;
}
