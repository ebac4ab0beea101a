function where(error) {
  return error.stack.split("\n").slice(0, 3)
}
function fail(n) {
  return where(new RangeError("at " + n))
}
console.log(fail(1), fail(2), fail.toString())
//# sourceMappingURL=main.mjs.map
