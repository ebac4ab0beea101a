// Closures born in parameters and in the patterns of heads, over variables that the body changes.
type Act = (by?: number) => number;

/** Migrates with whatever it is given. */
function call(act: Act, by: number) {
  return act(by);
}

function all(acts: Act[], by: number) {
  return acts.map((act) => act(by));
}

function parameters(add: Act = (by = 0) => n += by, n = 10, { get = () => n * 2 }: { get?: Act } = {}) {
  const first = call(add, 1);
  n += 100;
  const less: Act = (by = 0) => n -= by;
  return [first, call(add, 5), call(less, 3), get(), n, ...all([add, less, get], 1)];
}

function inner(add: Act = (by = 0) => n += by, n = 1) {
  const deep = (up: Act = () => ++n + m, m = n) => (m++, [up, (by = 0) => m += by, add] as Act[]);
  return [...all(deep(), 2), ...all(deep(), 3), n];
}

function among(m = 1, add: Act = (by = 0) => m += by, early = call(add, 4), late = m) {
  return [early, late, call(add, 2), m];
}

function many(act: Act = (by = 0) => a += by + b + c + d, a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9) {
  const rest = [() => b++, () => c++, () => d++, () => e++, () => f++, () => g++, () => h++, () => i++, () => a++];
  return [...all(rest, 0), call(act, 1), a, ...all([...rest, act], 2)];
}

function withRest(act: Act = (by = 0) => n += by, n = 1, ...rest: number[]) {
  n++;
  return [call(act, rest.length), n];
}

function anew(get: Act = () => n, n = 1) {
  // deno-lint-ignore no-redeclare no-var
  var n = 5;
  n++;
  return [call(get, 0), n];
}

const box = {
  kept: [] as Act[],
  set value([n, act = (by = 0) => n += by]: [number, Act?]) {
    n *= 2;
    this.kept.push(act);
  },
};

function* steps(act: Act = (by = 0) => n += by, n = 3) {
  yield act;
  n *= 2;
  yield act;
}

async function later(act: Act = (by = 0) => n += by, n = 4) {
  await null;
  n++;
  return [act, (by = 0) => n -= by] as Act[];
}

function loops(list: { by?: Act; n: number }[]) {
  const kept: Act[] = [];
  const seen: number[] = [];
  for (let { n, by = (more = 0) => n += more } of list) {
    seen.push(call(by, 1));
    n += 10;
    if (n > 30) break;
    kept.push(by, () => n++);
  }
  for (let [a, step = () => a += "+"] of [["x"], ["y"]] as [string, (() => string)?][]) {
    a += "!";
    seen.push(texts([step, () => a += "-"]).length);
    if (a.startsWith("y")) continue;
    seen.push(step().length, a.length);
  }
  for (let { length, more = () => length++ } in { key: 1, longer: 2 }) {
    length += 5;
    kept.push(more as Act, () => length);
  }
  return [...seen, ...all(kept, 2), ...all(kept, 0)];
}

function texts(makers: (() => string)[]) {
  return makers.map((make) => make()).join();
}

async function awaits() {
  const kept: Act[] = [];
  for await (let { n, up = () => ++n } of [Promise.resolve({ n: 1 } as { n: number; up?: Act }), { n: 7 }]) {
    n *= 3;
    kept.push(up, () => n);
  }
  return all(kept, 0);
}

function catches(thrown: unknown) {
  try {
    throw thrown;
  } catch ({ n = 1, add = (by = 0) => n += by, f = () => [n] }: any) {
    n += 3;
    const seen = [call(add, 4), ...all([add, () => n--, f], 1)];
    return [...seen, n];
  }
}

const trap = (value: unknown) => (value as { x: { y: number } }).x.y;

function fails(
  at: number,
  where = (value: unknown, fallback: Act = () => later--, later = trap(value)) => [fallback, later],
) {
  try {
    return where(at > 0 ? undefined : { x: { y: 1 } });
  } catch (error) {
    return (error as Error).stack!.split("\n").slice(0, 4).map((line) => line.replace(/file:.*\//, "")).join("|");
  }
}

console.log(parameters(), parameters(undefined, 3), parameters.length, many.length);
console.log(inner(), among(), many());
console.log(withRest(), withRest(undefined, 4, 5, 6), anew());
box.value = [4];
box.value = [1, () => 7];
console.log(box.kept.map((act) => call(act, 2)));
console.log([...steps()].map((act) => call(act, 1)), all(await later(), 2));
console.log(loops([{ n: 1 }, { n: 2 }, { n: 3, by: () => -1 }, { n: 40 }, { n: 50 }]));
console.log(await awaits(), catches({}), catches({ n: 8 }), catches(new Error("no n")));
console.log(fails(0), fails(1));
console.log(parameters.toString().length, loops.toString().includes("$cc"));
