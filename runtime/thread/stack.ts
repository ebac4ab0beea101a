/** Our own frames never show: the app's stack traces name the app's lines. */

const OWN = new URL("../", import.meta.url).href;

/** The calling app code's frames, without those of the runtime, as lines `    at …`. */
export function appFrames(): string[] {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 60;
  const lines = (new Error().stack ?? "").split("\n").slice(1);
  Error.stackTraceLimit = limit;
  return lines.filter((line) => !line.includes(OWN) && !/clonecloud:runtime/.test(line));
}

/** An error that was thrown at the clone, with the frames below the migration point, which never left the device. */
export function appendDeviceFrames(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const stack = error.stack;
  if (typeof stack !== "string" || !stack.includes(REMOTE_END)) return error;
  const [remote] = stack.split(`\n${REMOTE_END}`);
  const frames = remote!.split("\n").filter((line) => /^ {4}at /.test(line)).length;
  // The first device frame is the method itself at its migration point.
  const below = appFrames().slice(1, 1 + Math.max(0, Error.stackTraceLimit - frames));
  error.stack = [remote, ...below].join("\n");
  return error;
}

/** Ends the clone's part of a stack. */
export const REMOTE_END = "    at <clonecloud:device>";

/**
 * Where the caller of the method at its migration point stands: URL and `line:column`; undefined if it isn't app code.
 * The app's own `Error.prepareStackTrace` is not called.
 */
export function callerPosition(): { readonly url: string; readonly position: string } | undefined {
  const prepare = Error.prepareStackTrace;
  Error.prepareStackTrace = (_error, sites) => sites;
  const sites = (new Error() as unknown as { stack: NodeJS.CallSite[] }).stack;
  if (prepare === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
  else Error.prepareStackTrace = prepare;
  const outside = sites.filter((site) => !urlOf(site).startsWith(OWN));
  const caller = outside[1];
  if (caller === undefined) return undefined;
  return { url: urlOf(caller), position: `${caller.getLineNumber()}:${caller.getColumnNumber()}` };
}

function urlOf(site: NodeJS.CallSite): string {
  const name = site.getFileName() ?? "";
  return name.startsWith("/") ? new URL(`file://${name}`).href : name;
}
