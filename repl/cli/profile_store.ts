import { ProfileStore } from "../../analysis/mod.ts";
import { FailureError } from "./command.ts";

/** The profiles of a home; `toRead`: nothing will be added. @throws {FailureError} if a newer version left them, or they can't be opened. */
export function openStore(
  home: string,
  onProblem: (line: string) => void,
  { toRead = false }: { toRead?: boolean } = {},
): ProfileStore {
  try {
    return new ProfileStore(`${home}/profiles.sqlite`, { onProblem, toRead });
  } catch (error) {
    throw failureOf(error) ?? error;
  }
}

/** A failure of the store that no code can help: the disk is full, another process holds it, a newer version made it. */
export function failureOf(error: unknown): FailureError | undefined {
  const { message, code, name } = error as { message: string; code?: unknown; name: string };
  const isStore = code === "ERR_SQLITE_ERROR" || name === "NewerStoreError";
  if (!isStore && !(error instanceof Deno.errors.PermissionDenied)) return undefined;
  const full = /disk I\/O error|is full/.test(message) ? "; is the disk full?" : "";
  const what = message.startsWith("Cannot ") ? message : `Cannot keep or read profiles: ${message}${full}`;
  return new FailureError(what, { cause: error });
}
