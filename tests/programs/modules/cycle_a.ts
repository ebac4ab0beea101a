// Its functions run before it does: the module that it imports calls them.
import { early } from "./cycle_b.ts";
let count = 0;
export function make(n: number) {
  class Box {
    #n = n;
    [`key${n}`] = n;
    read(by = 1) {
      return [1, 2].map((k) => this.#n += k * by + n);
    }
  }
  return new Box();
}
export function use(n: number) {
  return [make(n).read(), ...early[0]!.read(2), Object.keys(make(n)), ++count];
}
