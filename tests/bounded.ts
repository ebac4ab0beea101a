/**
 * What `settled` resolves to, if it does in time: a test that waits without end tells nobody for what.
 * @throws {Error} naming `what` once `ms` milliseconds are over.
 */
export async function bounded<T>(what: string, ms: number, settled: T | Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
