class Counter {
  count = 0;
  add(n: number) {
    return this.count += n;
  }
}
/** As mobx and others make a method an action. */
const { add } = Counter.prototype;
Counter.prototype.add = function (n) {
  return add.call(this, n + 1);
};
function addTwice(counter: Counter) {
  return counter.add(1) + counter.add(2);
}
const counter = new Counter();
console.log(counter.add(3), addTwice(counter), counter.count);
