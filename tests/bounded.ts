import { within } from "../net/channel/mod.ts";

/**
 * What `settled` resolves to, if it does in time: a test that waits without end tells nobody for what.
 * @throws {Error} naming `what` once `ms` milliseconds are over.
 */
export async function bounded<T>(what: string, ms: number, settled: T | Promise<T>): Promise<T> {
  const promise = Promise.resolve(settled);
  if (!await within(ms, promise)) throw new Error(`${what} took longer than ${ms / 1000} s`);
  return await promise;
}
