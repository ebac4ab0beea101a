import { hash } from "node:crypto";
import { setImmediate } from "node:timers/promises";

/** Bytes that are hashed before the thread does something else: half a millisecond, in which a link's window isn't used up. */
const TURN_BYTES = 512 * 1024;

/** The name of content: its SHA-256 in hex. */
export function nameOf(content: Uint8Array): string {
  return hash("sha256", content, "hex");
}

/** The names of contents; what else waits for the thread is done in between. */
export async function namesOf(contents: readonly Uint8Array[]): Promise<string[]> {
  const names: string[] = [];
  let bytes = 0;
  for (const content of contents) {
    if ((bytes += content.length) > TURN_BYTES) {
      bytes = content.length;
      await setImmediate();
    }
    names.push(nameOf(content));
  }
  return names;
}
