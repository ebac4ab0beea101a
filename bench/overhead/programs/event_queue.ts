interface Task {
  at: number;
  act(queue: Queue): void;
}
class Queue {
  readonly heap: Task[] = [];
  now = 0;
  push(task: Task): void {
    const { heap } = this;
    let i = heap.push(task) - 1;
    for (let up = (i - 1) >> 1; i > 0 && heap[up]!.at > heap[i]!.at; i = up, up = (i - 1) >> 1) {
      this.#swap(i, up);
    }
  }
  pop(): Task | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return first;
    heap[0] = last;
    for (let i = 0;;) {
      const left = 2 * i + 1;
      if (left >= heap.length) break;
      const least = left + 1 < heap.length && heap[left + 1]!.at < heap[left]!.at ? left + 1 : left;
      if (heap[least]!.at >= heap[i]!.at) break;
      this.#swap(i, least);
      i = least;
    }
    return first;
  }
  #swap(i: number, j: number): void {
    [this.heap[i], this.heap[j]] = [this.heap[j]!, this.heap[i]!];
  }
}
export function run(): number {
  const queue = new Queue();
  let done = 0;
  const later = (wait: number, left: number): Task => ({
    at: queue.now + wait,
    act(inner) {
      done++;
      if (left > 0) inner.push(later(wait * 7 % 13 + 1, left - 1));
    },
  });
  for (let i = 0; i < 300; i++) queue.push(later(i % 17, 100));
  for (let task = queue.pop(); task !== undefined; task = queue.pop()) {
    queue.now = task.at;
    task.act(queue);
  }
  return done;
}
