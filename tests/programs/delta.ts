// Large state that hardly changes between two migrations.
import { table, words } from "./modules/tables.ts";

let invocations = 0;

function work(factor: number): number {
  invocations++;
  words[factor]!.word = `changed by ${factor}`;
  if (factor === 3) table[7] = factor;
  return table.reduce((sum, value) => sum + value * factor, words.length);
}

for (let factor = 1; factor <= 4; factor++) {
  console.log(work(factor).toFixed(3), invocations, words[factor]!.word, table[7]);
}
