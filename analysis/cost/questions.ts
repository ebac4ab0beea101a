import { ceil, min } from "../../runtime/safe/mod.ts";
import { LOOKS_AT_ONCE, READ_FIRST_BYTES, READ_MOST_BYTES } from "../../runtime/bounds/mod.ts";

/**
 * Questions that a migration asks for so many files of so many bytes together, read in the order in which the run was given them:
 * what they are, for many at once; then what is in them, of which each answer brings twice as much as the one before, up to a bound.
 */
export function questionsFor(files: number, bytes: number): number {
  if (!(files > 0) || !(bytes > 0)) return 0;
  let reads = 0, left = bytes;
  for (let budget = READ_FIRST_BYTES; left > 0 && budget < READ_MOST_BYTES; budget *= 2) {
    left -= budget;
    reads++;
  }
  if (left > 0) reads += ceil(left / READ_MOST_BYTES);
  return ceil(files / LOOKS_AT_ONCE) + min(files, reads);
}
