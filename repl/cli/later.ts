/**
 * Loads a module when it is needed. Unlike `import("…")`, whose module Deno reads with everything that it imports before
 * the program starts (100 ms for all commands): an app for which nothing is to be done must not wait for that.
 */
export function later<T>(path: string, from: string): Promise<T> {
  return import(new URL(path, from).href);
}
