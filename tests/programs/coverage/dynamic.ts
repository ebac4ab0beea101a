let hidden = 0;
export function bump() {
  return ++hidden;
}
