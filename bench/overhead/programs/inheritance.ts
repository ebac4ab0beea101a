abstract class Shape {
  #id: number;
  static made = 0;
  constructor() {
    this.#id = Shape.made++;
  }
  abstract area(): number;
  get weight(): number {
    return this.area() * (1 + this.#id % 3);
  }
}
class Square extends Shape {
  constructor(readonly side: number) {
    super();
  }
  area(): number {
    return this.side ** 2;
  }
}
class Circle extends Shape {
  readonly radius: number;
  constructor(radius: number) {
    super();
    this.radius = radius;
  }
  override area(): number {
    return Math.PI * this.radius ** 2;
  }
}
class Ring extends Circle {
  override area(): number {
    return super.area() - 1;
  }
}
export function run(): number {
  let sum = 0;
  const kinds = [Square, Circle, Ring];
  for (let i = 0; i < 150_000; i++) sum += new kinds[i % 3]!(i % 11).weight;
  return sum;
}
