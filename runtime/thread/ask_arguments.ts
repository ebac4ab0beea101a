/** What a function is called with when it is asked: any pattern takes it apart without running a default or user code. */

const COUNT = 64;

// An arrow: it has no property that `ownKeys` would have to tell.
const anything: object = new Proxy(() => {}, {
  get: (_target, name) =>
    name === Symbol.iterator ? iterate : name === Symbol.toPrimitive ? () => "" : anything,
  has: () => true,
  set: () => true,
  getPrototypeOf: () => null,
  ownKeys: () => [],
  apply: () => anything,
  defineProperty: () => true,
  deleteProperty: () => true,
});

function iterate(): Iterator<object> {
  let left = COUNT;
  return { next: () => left-- > 0 ? { done: false, value: anything } : { done: true, value: undefined } };
}

/** Arguments for one call. */
export function askArguments(): object[] {
  const given: object[] = [];
  for (let i = 0; i < COUNT; i++) given[i] = anything;
  return given;
}
