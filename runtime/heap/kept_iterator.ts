/**
 * Array iterators that a program keeps. The language hides how far one has come and over what, so rewritten code has those
 * it stores made here: real array iterators over a view of their array, which notes how often it was asked.
 *
 * 1. `next` asks a view for its length once, and then for at most one element; nobody else ever holds a view. So the
 *    lengths asked for count the items, and one that isn't above that count ends the iterator for good.
 * 2. Only where the program would have got the language's own iterator is it given another: nothing of the program runs.
 */
import {
  apply,
  arrayIteratorNext,
  ArrayPrototype,
  bufferTransfer,
  getDescriptor,
  getPrototypeOf,
  isArray,
  newProxy,
  newTypeError,
  newUint8Array,
  SafeWeakMap,
  typedArrayAt,
  typedArrayBuffer,
  typedArrayLength,
  typedArrayName,
  TypedArrayPrototype,
} from "./intrinsics.ts";
import { GIVES } from "./iterator_place.ts";

/** Up to how many items an iterator of keys or entries is stepped over to where it stands: some 1 µs each. */
export const MAX_SKIPPED = 2 ** 20;

/** How `next` is answered: from the array, as if it were endless, or as if it were empty. */
const LIVE = 0;
const SKIP = 1;
const END = 2;

/** How far an iterator has come. */
class Course {
  readonly gives: number;
  /** Undefined once it has ended. */
  source: object | undefined;
  /** Whether it was made, and not yet brought to where it stands. */
  fresh: boolean;
  /** Elements it never gave, as it was made or moved behind them. */
  behind = 0;
  given = 0;
  mode = LIVE;

  constructor(gives: number, source: object | undefined) {
    this.gives = gives;
    this.source = source;
    this.fresh = source === undefined;
  }
}

/** Where an iterator stands. */
export interface Stand {
  /** See {@linkcode GIVES}. */
  readonly gives: number;
  /** What it iterates over; undefined once it has ended. */
  readonly source: object | undefined;
  /** Index of the next element. */
  readonly index: number;
}

const courses = new SafeWeakMap<object, Course>();

/** How rewritten code asks for an iterator that it keeps: in the order of {@linkcode GIVES}, and then as a loop does. */
export const ASKED_KEYS = ["keys", "values", "entries", Symbol.iterator] as const;
const ARRAY_METHODS = ASKED_KEYS.map((key) => ArrayPrototype[key]);
const TYPED_METHODS = ASKED_KEYS.map((key) => TypedArrayPrototype[key]);

const HANDLER = {
  __proto__: null,
  get(course: Course, key: string): unknown {
    if (key === "length") return askedLength(course);
    if (course.mode === SKIP) return undefined;
    const source = course.source as Record<string | number, unknown>;
    return source[course.behind === 0 ? key : +key + course.behind];
  },
} as ProxyHandler<Course>;

/** Any length above the iterator's own count makes it go on. */
function askedLength(course: Course): number {
  if (course.mode === END) return 0;
  if (course.mode === LIVE && course.behind + course.given >= lengthOf(course.source!)) {
    course.source = undefined;
    return 0;
  }
  return ++course.given;
}

let lost: string | undefined;

/** What the engine says of a typed array that lost its buffer. */
function lostMessage(): string {
  const list = new newUint8Array(1);
  const iterator = apply(TYPED_METHODS[GIVES.values]!, list, []);
  bufferTransfer(typedArrayBuffer(list));
  try {
    arrayIteratorNext(iterator);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** @throws {TypeError} as the iterator of a typed array does that lost its buffer */
function lengthOf(source: object): number {
  if (typedArrayName(source) === undefined) return (source as unknown[]).length;
  try {
    typedArrayAt(source, 0);
  } catch {
    throw new newTypeError(lost ??= lostMessage());
  }
  return typedArrayLength(source);
}

function makeIterator(course: Course): object {
  const iterator = apply(ARRAY_METHODS[course.gives]!, new newProxy(course, HANDLER), []);
  courses.set(iterator, course);
  return iterator;
}

/**
 * Makes what rewritten code calls with an iterator that it keeps: how it was asked for, of what, and what came. It returns
 * an iterator that can't be told from that, and can travel if it is an array's.
 */
export function iteratorKeeper(isProxy: (value: object) => boolean) {
  return (asked: number, source: unknown, given: unknown): unknown => {
    if (typeof source !== "object" || source === null) return given;
    const isList = isArray(source);
    if (!isList && typedArrayName(source) === undefined) return given;
    const key = ASKED_KEYS[asked]!;
    const method = (isList ? ARRAY_METHODS : TYPED_METHODS)[asked];
    const gives = key === Symbol.iterator ? GIVES.values : asked;
    for (let at: object | null = source; at !== null; at = getPrototypeOf(at)) {
      if (isProxy(at)) return given;
      const found = getDescriptor(at, key);
      if (found === undefined) continue;
      return found.value === method ? makeIterator(new Course(gives, source)) : given;
    }
    return given;
  };
}

/** Where an array iterator stands; undefined if it wasn't made here. */
export function standOf(iterator: object): Stand | undefined {
  const course = courses.get(iterator);
  return course && { gives: course.gives, source: course.source, index: course.behind + course.given };
}

/** Whether another one can't be stepped to where it stands. */
export function isFar({ source, gives, index }: Stand): boolean {
  return source !== undefined && gives !== GIVES.values && index > MAX_SKIPPED;
}

/** Makes an iterator to be brought to where it stands. */
export function makeKeptIterator(gives: number): object {
  return makeIterator(new Course(gives, undefined));
}

/** Whether an iterator can be brought there: only on, over what it is over, and not too far. */
export function canMove(iterator: object, source: object | undefined, index: number): boolean {
  const course = courses.get(iterator)!;
  const steps = index - course.behind - course.given;
  if (source === undefined) return true;
  return (course.fresh || course.source === source) && steps >= 0 &&
    (course.gives === GIVES.values || steps <= MAX_SKIPPED);
}

/** Brings an iterator there, or to its end if there is no source. */
export function moveIterator(iterator: object, source: object | undefined, index: number): void {
  const course = courses.get(iterator)!;
  course.source = source;
  course.fresh = false;
  const steps = index - course.behind - course.given;
  if (source === undefined) step(iterator, course, END, 1);
  else if (course.gives === GIVES.values) course.behind += steps;
  else step(iterator, course, SKIP, steps);
}

function step(iterator: object, course: Course, mode: number, steps: number): void {
  course.mode = mode;
  for (let i = 0; i < steps; i++) arrayIteratorNext(iterator as Iterator<unknown>);
  course.mode = LIVE;
}
