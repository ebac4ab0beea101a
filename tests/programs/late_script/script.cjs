exports.twice = (n) => n * 2;
exports.where = function where() {
  return new Error("first").stack.split("\n", 2).join().replace(/file:.*\//, "");
};
