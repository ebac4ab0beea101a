import { library, self } from "./barrel.ts";

const held: Record<string, any> = { library };

function change(n: number) {
  self.self.library.bump(n);
  return [library.live, held.library === self.library, held.library["li" + "ve"], Object.keys(self)];
}

console.log(change(2), library.live);
console.log(change(3), held.library.live, held.library === library);
