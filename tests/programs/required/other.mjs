export let b = 2;
export function set(to) { b = to; }
