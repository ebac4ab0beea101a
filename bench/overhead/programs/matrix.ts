type Matrix = Float64Array[];
const make = (size: number, at: (i: number, j: number) => number): Matrix =>
  Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (_, j) => at(i, j)));
function multiply(a: Matrix, b: Matrix): Matrix {
  const size = a.length;
  return make(size, (i, j) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += a[i]![k]! * b[k]![j]!;
    return sum;
  });
}
export const run = (): number => multiply(make(150, (i, j) => i + j), make(150, (i, j) => i * j))[3]![4]!;
