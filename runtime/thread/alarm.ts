/**
 * Timers of the supervisor's. The global ones load `node:timers` with all that it stands on, whose compiled forms Deno keeps for
 * one set of engine flags only: this process and the app's, which has others, would spoil each other's in every run.
 */

/** Calls `ring` once, after so many milliseconds; returns what prevents that. */
export function after(ms: number, ring: () => void): () => void {
  const signal = AbortSignal.timeout(ms);
  signal.addEventListener("abort", ring, { once: true });
  return () => signal.removeEventListener("abort", ring);
}

/** Calls `ring` again and again, that many milliseconds apart, until what it returns is called. */
export function every(ms: number, ring: () => void): () => void {
  let stopped = false;
  let stop = () => {};
  const next = () => {
    stop = after(ms, () => {
      ring();
      if (!stopped) next();
    });
  };
  next();
  return () => {
    stopped = true;
    stop();
  };
}
