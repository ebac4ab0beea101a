interface Shape {
  area: number;
}

class Checker {
  constructor(private limit: number) {}

  check(shapes: Shape[]): number {
    return shapes.reduce((sum, shape) => {
      if (shape.area > this.limit) throw new RangeError(`area ${shape.area} is over ${this.limit}`);
      return sum + shape.area;
    }, 0);
  }
}

const checker = new Checker(5);
console.log(checker.check([{ area: 1 }, { area: 2 }]));
console.log(checker.check([{ area: 1 }, { area: 6 }]));
