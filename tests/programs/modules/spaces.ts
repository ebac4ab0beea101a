import { library, self } from "./barrel.ts";
import { passed } from "./passed_on.ts";

const held: Record<string, any> = { library };

function change(n: number) {
  self.self.library.bump(n);
  return [library.live, held.library === self.library, held.library["li" + "ve"], Object.keys(self), Object.keys(passed), passed.deep()];
}

console.log(change(2), library.live);
console.log(change(3), held.library.live, held.library === library);
