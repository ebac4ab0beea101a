/**
 * Starts one after the other, the next as soon as the one before has failed or `patienceMs` have passed, and gives each as it comes to
 * an end. Who stops listening starts no more.
 */
export async function* inTurn<T>(
  starts: readonly (() => Promise<T>)[],
  patienceMs: number,
): AsyncGenerator<PromiseSettledResult<T>> {
  const done: PromiseSettledResult<T>[] = [];
  let wake = () => {};
  const tell = (result: PromiseSettledResult<T>) => {
    done.push(result);
    wake();
  };
  let next = 0;
  for (let given = 0; given < starts.length;) {
    const result = done.shift();
    if (result !== undefined) {
      given++;
      yield result;
      continue;
    }
    if (next < starts.length) {
      starts[next++]!().then(
        (value) => tell({ status: "fulfilled", value }),
        (reason) => tell({ status: "rejected", reason }),
      );
    }
    await new Promise<void>((resolve) => {
      const timer = next < starts.length ? setTimeout(resolve, patienceMs) : undefined;
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (done.length > 0) wake();
    });
  }
}
