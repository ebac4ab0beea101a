var total = 0;
function count(n) {
  total += n;
  return { total: total, self: typeof module, file: __filename.split("/").pop() };
}
function sloppy() {
  return this;
}
function args(a, b) {
  arguments[0] = "aliased";
  var list = Array.prototype.slice.call(arguments);
  return [a, list, arguments.length, typeof arguments.callee];
}
function Old(x) {
  this.x = x;
}
Old.prototype.get = function () {
  return this.x;
};
if (true) {
  function inBlock() {
    return "in block";
  }
}
exports.count = count;
exports.sloppy = sloppy;
exports.args = args;
exports.Old = Old;
exports.name = inBlock();
exports.total = function () {
  return total;
};
undeclared = 1;
delete globalThis.undeclared;
