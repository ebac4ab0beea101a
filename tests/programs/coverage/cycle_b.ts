import * as a from "./cycle_a.ts";
export const bState = { m: 10 };
export function down(n: number): number {
  bState.m++;
  return a.up(n);
}
/** Can't be at once: `Base` isn't there yet when this module is evaluated. */
export function define() {
  return class extends a.Base {
    override kind = "derived";
  };
}
