// Closures over the variables of loop heads, asked while the loop is in its head, test, update and body.
type Act = (by?: number) => number;

/** Migrates with whatever it is given. */
function call(act: Act, by: number) {
  return act(by);
}

function all(acts: Act[], by: number) {
  return acts.map((act) => act(by));
}

function init() {
  const seen: unknown[] = [];
  const kept: Act[] = [];
  for (let i = 0, up: Act = (by = 1) => i += by, first = call(up, 10); i < 13; i++) {
    seen.push(first, i, call(up, 1));
    kept.push(() => i, up);
  }
  return [...seen, ...all(kept, 100), ...all(kept, 0)];
}

function test() {
  const kept: Act[] = [];
  for (let i = 0; kept.push((by = 0) => i += by) < 4 && call(kept.at(-1)!, 1) < 50; i += 2) {
    kept.push((by = 0) => i -= by);
    call(kept.at(-1)!, 3);
  }
  return [...all(kept, 5), ...all(kept, 0)];
}

function update() {
  const kept: Act[] = [];
  const seen: number[] = [];
  for (let i = 0, j = 0; i < 4; kept.push(() => i * 10 + j), i++, seen.push(call(kept.at(-1)!, 0))) {
    const up: Act = (by = 0) => j += by;
    kept.push(up);
    seen.push(call(up, i), j);
  }
  return [...seen, ...all(kept, 7), ...all(kept, 0)];
}

function everywhere() {
  const kept: Act[] = [];
  const see = (act: Act) => (kept.push(act), call(act, 1));
  for (
    let i = see(() => 7), a: Act = (by = 0) => i += by, b = see(a);
    see((by = 0) => i += by) < 20;
    see((by = 0) => i += 2 * by), i += b - b
  ) see((by = 0) => i += 3 * by);
  return [...all(kept, 1), ...all(kept, 0)];
}

function endless() {
  const kept: Act[] = [];
  for (let i = 0, up: Act = (by = 0) => i += by, n = call(up, 2) /* ; */;; /* ; */) {
    kept.push((by = 0) => i += by, up);
    if (++i > 5 + n) break;
    call(kept.at(-2)!, 1);
  }
  for (let i = 0;;) {
    kept.push((by = 0) => i += by);
    if (++i > 3) break;
  }
  return [...all(kept, 1), ...all(kept, 0)];
}

function bare() {
  const kept: Act[] = [];
  for (let i = 0; i < 3; i++) kept.push((by = 0) => i += by, () => i);
  for (let i of [10, 20]) kept.push((by = 0) => i += by, () => i);
  for (let i of [10, 20]) for (let j of [1, 2]) kept.push((by = 0) => i += by * j++)
  for (let key in { a: 1, b: 2 }) kept.push((by = 0) => (key += by).length);
  return [...all(kept, 2), ...all(kept, 0)];
}

class Rounds {
  static made: unknown[] = [];
  static make() {
    for (
      let n = 0, Base = class {
        at = () => n++;
      };
      n < 3;
      n += 1, Rounds.made.push(class extends Base {
        read = () => [n++, this.at()];
      })
    ) Rounds.made.push(new Base());
    return Rounds.made.map((item: any) => typeof item === "function" ? new item().read() : item.at());
  }
}

function read(made: any[]) {
  return made.map((item) => typeof item === "function" ? new item().read() : item.at());
}

async function later() {
  const kept: Act[] = [];
  for (let i = 0, up: Act = (by = 0) => i += by; await Promise.resolve(call(() => i, 0)) < 3; i++, await call(up, 1)) {
    kept.push((by = 0) => i += by);
    await null;
  }
  return [...all(kept, 1), ...all(kept, 0)];
}

function* steps() {
  for (let i = 0; i < 3; yield call(() => i++, 0)) yield call((by = 0) => i += by, 1);
}

console.log(init());
console.log(test());
console.log(update());
console.log(everywhere());
console.log(endless());
console.log(bare());
console.log(Rounds.make(), read(Rounds.made), read(Rounds.made));
console.log(await later());
console.log([...steps()]);
console.log(call.toString(), bare.toString());
