/**
 * Does something that a signal ends after so many milliseconds. Unlike with `AbortSignal.timeout`, nothing of it is kept until
 * then when it is done earlier: a clone serves many short sessions.
 *
 * @throws what `act` throws; a `TimeoutError` is the signal's reason.
 */
export async function timed<T>(ms: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const late = () => controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
  const timer = setTimeout(late, ms);
  try {
    return await act(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether it settled in so many milliseconds; it may reject, then or later. */
export async function within(ms: number, settled: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const done = () => true;
  try {
    return await Promise.race([settled.then(done, done), late]);
  } finally {
    clearTimeout(timer);
  }
}
