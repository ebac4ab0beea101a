// Another program over the tables of delta.ts, with state of its own before them.
import { table, words } from "./modules/tables.ts";

class Scale {
  constructor(readonly factors: readonly number[]) {}

  apply(value: number): number {
    return this.factors.reduce((product, factor) => product * factor, value);
  }
}

function weigh(scale: Scale): number {
  return table.reduce((sum, value, i) => sum + scale.apply(value) + words[i % words.length]!.id, 0);
}

console.log(weigh(new Scale([1, 2.5, 1 / 3])).toFixed(3));
