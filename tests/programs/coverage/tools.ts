export const state = { count: 0 };
let hidden = 0;
export function bump() {
  return ++hidden;
}
