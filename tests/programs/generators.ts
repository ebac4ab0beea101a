function* walk(tree: any): Generator<string, number, string | undefined> {
  let count = 1;
  const answer = yield tree.name;
  if (answer === "stop") return -1;
  for (const child of tree.children ?? []) count += yield* walk(child);
  return count;
}

class Range {
  constructor(readonly from: number, readonly to: number) {}
  *[Symbol.iterator]() {
    try {
      for (let i = this.from; i < this.to; i++) yield i;
    } finally {
      closed.push(this.from);
    }
  }
  async *slowly() {
    for (const i of this) {
      await null;
      yield i * 10;
    }
  }
}

const closed: number[] = [];
const tree = { name: "root", children: [{ name: "a", children: [{ name: "b" }] }, { name: "c" }] };

function collect(root: any) {
  const names: string[] = [];
  const iterator = walk(root);
  let step = iterator.next();
  while (!step.done) {
    names.push(step.value);
    step = iterator.next(step.value === "a" ? undefined : "go");
  }
  return { names, count: step.value };
}

function sum(range: Range, limit: number) {
  let total = 0;
  outer: for (const i of range) {
    for (const j of range) {
      if (j > i) continue outer;
      if (total > limit) break outer;
      total += i * j;
    }
  }
  return [total, Math.max(...range), [...range].length];
}

async function slow(range: Range) {
  const seen: number[] = [];
  for await (const value of range.slowly()) {
    seen.push(value);
    if (seen.length === 3) break;
  }
  return seen;
}

function lazy(range: Range) {
  return Iterator.from(range).filter((n) => n % 2 === 1).map((n) => n * n).take(3).toArray();
}

function unfinished(root: any) {
  const iterator = walk(root);
  iterator.next();
  return iterator;
}

console.log(collect(tree));
console.log(sum(new Range(0, 10), 50), closed);
console.log(await slow(new Range(2, 9)), closed);
console.log(lazy(new Range(0, 20)), closed);
const rest = unfinished(tree);
console.log([...rest]);
