// Without any import or export.
const log: unknown[] = [];

// deno-lint-ignore no-explicit-any
function noted(value: any, { kind, name }: { kind: string; name: string | symbol }): any {
  log.push([kind, name, kind === "class" ? value.toString().slice(0, 9) : typeof value]);
  return kind === "class" ? class extends value { extra = name; } : value;
}

@noted
class Shape {
  static made = 0;
  @noted
  accessor sides = 3;
  #name = Shape.name;
  static make() {
    Shape.made++;
    return new Shape();
  }
  @noted
  get name() {
    return [this.#name, this.sides];
  }
}

@noted
class Vec2 extends Shape {
  twice() {
    return new Vec2() instanceof Shape;
  }
}

console.log(Shape.make().name, Shape.made, new Vec2().twice(), Shape.name, Vec2.name, log);
