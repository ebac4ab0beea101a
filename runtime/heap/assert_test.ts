import { deepStrictEqual } from "node:assert";

/** Fails unless both are deeply equal. */
export function assertEquals(actual: unknown, expected: unknown, message?: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    if (message !== undefined) (error as Error).message = `${message}\n${(error as Error).message}`;
    throw error;
  }
}
