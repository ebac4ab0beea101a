exports.where = function where() {
  return new Error("second").stack;
};
