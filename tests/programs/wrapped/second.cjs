exports.has = typeof path === "object" ? path : undefined;
exports.f = function f(a) { return a + 1; };
exports.where = () => new Error("here").stack;
