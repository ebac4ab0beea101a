// A bounded queue of tasks.
class Queue {
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  done = 0;
  constructor(readonly limit: number) {}
  add<T>(task: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = () => {
        this.#running++;
        task().then(resolve, reject).finally(() => {
          this.#running--;
          this.done++;
          this.#waiting.shift()?.();
        });
      };
      if (this.#running < this.limit) run();
      else this.#waiting.push(run);
    });
  }
}
function job(n: number): Promise<number> {
  return new Promise((resolve) => setTimeout(() => resolve(n * n), n % 3));
}
function runAll(count: number): Promise<{ results: number[]; done: number }> {
  const queue = new Queue(2);
  const jobs = Array.from({ length: count }, (_, i) => queue.add(() => job(i)));
  return Promise.all(jobs).then((results) => ({ results, done: queue.done }));
}
console.log((await runAll(6)).results);
