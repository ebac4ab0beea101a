import { bState, down } from "./cycle_b.ts";
export const aState = { n: 1 };
export function up(n: number): number {
  aState.n += n;
  return n === 0 ? bState.m : down(n - 1);
}
export class Base {
  kind = "base";
  hello() {
    return this.kind + aState.n;
  }
}
