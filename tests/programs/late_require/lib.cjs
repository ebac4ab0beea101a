const sub = () => require("./sub.cjs");
exports.heavy = function heavy(n, f) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += f(i) % 7;
  return sub().add(sum, 1);
};
