export const answer = 42;
export let live = 0;
export default function (n: number) {
  return answer + n + live;
}
export function bump(by: number) {
  live += by;
}
const internal = "internal";
export { internal as renamed };
console.log("library evaluated");
