/** Does one thing of several; calls `next` if another is to be tried meanwhile. */
export type Start<T> = (next: () => void) => Promise<T>;

/**
 * Starts one after the other, the next as soon as the one before has failed or says so, and gives each as it comes to an end. Who
 * stops listening starts no more.
 */
export async function* inTurn<T>(starts: readonly Start<T>[]): AsyncGenerator<PromiseSettledResult<T>> {
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
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (next === starts.length) return;
      // Once: of those that were started before nobody waits any more.
      const turn = ++next;
      starts[turn - 1]!(() => turn === next && wake()).then(
        (value) => tell({ status: "fulfilled", value }),
        (reason) => tell({ status: "rejected", reason }),
      );
    });
  }
}
