import { exitGuest } from "./guest_channel.ts";
import { encodeUtf8 } from "./utf8.ts";

const { stderr } = Deno;
const writeSync = stderr.writeSync.bind(stderr);

/**
 * Ends this guest with an error of its own, on stderr. The engine would show it through what has been replaced by then, which asks
 * a device that waits for something else.
 */
export function failGuest(error: unknown): never {
  Error.prepareStackTrace = undefined as never;
  writeSync(encodeUtf8(`error: ${textOf(error)}\n`));
  exitGuest(1);
}

function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  } catch {
    return "what can't be shown was thrown";
  }
}
