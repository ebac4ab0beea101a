import { SafeMap } from "./intrinsics.ts";

/** Whether a key is an array index: those come first in any order of keys, by size. */
export function isArrayIndex(key: PropertyKey): boolean {
  if (typeof key !== "string") return false;
  const { length } = key;
  if (length === 0 || length > 10) return false;
  if (key[0] === "0") return length === 1;
  let number = 0;
  for (let i = 0; i < length; i++) {
    const c = key[i]!;
    if (c < "0" || c > "9") return false;
    number = number * 10 + DIGITS.get(c)!;
  }
  return number < 4294967295;
}

const DIGITS = new SafeMap<string, number>();
for (let i = 0; i < 10; i++) DIGITS.set(String(i), i);
