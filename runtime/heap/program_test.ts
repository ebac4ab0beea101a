/** The program that the heap's tests migrate: a few sites, written as the rewriter's factories would make them. */
import type { BindingRef, ScopeHandle } from "./access.ts";
import type { FakeSide, FakeSite } from "./fake_side_test.ts";

export const SITE = {
  increment: 0,
  read: 1,
  plainFunction: 2,
  usesBinding: 3,
  Point: 4,
  pointNorm: 5,
  Point3: 6,
  Registry: 7,
  Failure: 8,
  generator: 9,
  getter: 10,
  superMethod: 11,
  pointLabel: 12,
  anonymous: 13,
  setX: 14,
  count: 15,
} as const;

export const TALLY: BindingRef = { module: "m", index: 0 };
export const LATER: BindingRef = { module: "m", index: 1 };

function increment(_side: FakeSide, [scope]: readonly ScopeHandle[]): Function {
  return {
    increment: () => {
      scope!.write(0, scope!.read(0) as number + 1);
      return scope!.read(0);
    },
  }.increment;
}

function makePoint(side: FakeSide) {
  class Point {
    #x: unknown = undefined;
    declare y: unknown;
    constructor(x: unknown, y: unknown) {
      if (side.stamping) return;
      this.#x = x;
      this.y = y;
    }
    norm() {
      return [this.#x, this.y];
    }
    get label() {
      return `(${this.#x})`;
    }
    set x(value: unknown) {
      this.#x = value;
    }
    static origin: unknown = null;
    static readX(value: object) {
      return #x in value ? [(value as Point).#x] : undefined;
    }
    static writeX(value: object, content: unknown) {
      (value as Point).#x = content;
    }
  }
  const { readX, writeX } = Point;
  delete (Point as any).readX;
  delete (Point as any).writeX;
  return {
    made: Point,
    members: {
      [SITE.pointNorm]: Point.prototype.norm,
      [SITE.pointLabel]: Object.getOwnPropertyDescriptor(Point.prototype, "label")!.get!,
      [SITE.setX]: Object.getOwnPropertyDescriptor(Point.prototype, "x")!.set!,
    },
    privates: { read: readX, write: (value: object, _: number, content: unknown) => writeX(value, content) },
  };
}

function makePoint3(side: FakeSide, _: readonly ScopeHandle[], keys: readonly PropertyKey[]) {
  const key = keys[0] ?? "z";
  class Point3 extends (function () {} as unknown as new (...args: unknown[]) => object) {
    [key]: unknown = side.stamping ? undefined : 3;
  }
  return { made: Point3, members: {} };
}

function makeRegistry(_: FakeSide) {
  class Registry extends Map<unknown, unknown> {
    count() {
      return this.size;
    }
  }
  return { made: Registry, members: { [SITE.count]: Registry.prototype.count } };
}

function makeFailure(_: FakeSide) {
  class Failure extends Error {}
  return { made: Failure, members: {} };
}

export const PROGRAM: readonly FakeSite[] = [
  { name: "increment", length: 0, closure: increment },
  { name: "read", length: 1, closure: (_, [scope]) => ({ read: (_: number) => scope!.read(0) }).read },
  {
    name: "plainFunction",
    length: 2,
    closure: () =>
      function plainFunction(a: number, b: number) {
        return a + b;
      },
  },
  {
    name: "usesBinding",
    length: 0,
    free: [TALLY, LATER],
    closure: (side) => ({ usesBinding: () => side.readBinding(TALLY) }).usesBinding,
  },
  { name: "Point", length: 2, class: makePoint },
  { name: "norm", length: 0 },
  { name: "Point3", length: 0, class: makePoint3 },
  { name: "Registry", length: 0, class: makeRegistry },
  { name: "Failure", length: 0, class: makeFailure },
  {
    name: "generator",
    length: 0,
    closure: () =>
      function* generator() {
        yield 1;
      },
  },
  { name: "getter", length: 0, closure: () => ({ getter: () => 42 }).getter },
  {
    name: "superMethod",
    length: 0,
    closure: (_, __, home) => ({ superMethod: () => Reflect.getPrototypeOf(home!) }).superMethod,
  },
  { name: "get label", length: 0 },
  { name: "", length: 0, closure: () => (() => () => 1)() },
  { name: "set x", length: 1 },
  { name: "count", length: 0 },
];
