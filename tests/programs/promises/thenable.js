// What is returned isn't always a promise, or is one that was there before.
const kept = Promise.resolve("kept");
class Query {
  constructor(n) {
    this.n = n;
  }
  then(resolve) {
    resolve(this.n + 1);
  }
}
class Own extends Promise {
  label = "own";
}
const same = () => kept;
function asks(n) {
  return new Query(n);
}
function own(n) {
  return new Own((resolve) => setTimeout(resolve, 0, n));
}
function maybe(n) {
  return n % 2 === 0 ? n : Promise.resolve(n);
}
const waiting = new Promise((resolve) => setTimeout(resolve, 5, "waited"));
function passes() {
  return waiting;
}
console.log(await same(), same() === kept);
console.log(await asks(3));
const mine = own(7);
console.log(mine instanceof Own, mine.label, await mine);
console.log(await own(8));
console.log(await maybe(1), await maybe(2));
console.log(await passes());
