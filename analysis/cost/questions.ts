import { ceil } from "../../runtime/safe/mod.ts";
import { LOOKS_AT_ONCE } from "../../runtime/bounds/mod.ts";

/**
 * Questions that a migration waits for with so many files of so many bytes together, read in the order in which the run was given
 * them: what they are, for many at once; then what is in the first one, after which the others come unasked.
 */
export function questionsFor(files: number, bytes: number): number {
  return files > 0 && bytes > 0 ? ceil(files / LOOKS_AT_ONCE) + 1 : 0;
}
