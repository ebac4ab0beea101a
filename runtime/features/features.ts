import { types } from "node:util";
import { dataViewByteLength, typedArrayByteLength } from "../heap/intrinsics.ts";
import { hasText } from "../heap/texts.ts";
import { apply, getOwnPropertyDescriptor } from "../thread/intrinsics.ts";
import { fileSize, MAX_PATH } from "./run_features.ts";

/** Arguments that are looked at. */
const MAX_ARGUMENTS = 8;

const mapSize = getOwnPropertyDescriptor(Map.prototype, "size")!.get!;
const setSize = getOwnPropertyDescriptor(Set.prototype, "size")!.get!;
const { isDataView, isMap, isSet } = types;
const { isArray } = Array;
const { isFinite } = Number;
const { abs, max } = Math;
const { isView } = ArrayBuffer;

/**
 * Sizes of an invocation's arguments, by position: a number's value, a string's length or the size of the file it names,
 * the length of arrays, maps, sets and buffers; 0 for the rest. Constant work for each; no user code runs.
 */
export function featuresOf(args: ArrayLike<unknown>): number[] {
  const features: number[] = [];
  for (let i = 0; i < args.length && i < MAX_ARGUMENTS; i++) {
    const arg = args[i];
    const named = typeof arg === "string" && arg.length <= MAX_PATH && hasText(arg, "/");
    features[i] = named ? fileSize(arg) ?? arg.length : sizeOf(arg);
  }
  return features;
}

/** Whether one of the arguments is larger than `most` at its place; for files that are named, what names them counts. */
export function exceeds(args: ArrayLike<unknown>, most: readonly number[]): boolean {
  for (let i = 0; i < args.length && i < MAX_ARGUMENTS; i++) {
    if (i >= most.length || sizeOf(args[i]) > most[i]!) return true;
  }
  return false;
}

/** Raises `most` to the sizes of these arguments, as {@linkcode exceeds} looks at them. */
export function raise(most: number[], args: ArrayLike<unknown>): void {
  for (let i = 0; i < args.length && i < MAX_ARGUMENTS; i++) most[i] = max(most[i] ?? 0, sizeOf(args[i]));
}

function sizeOf(value: unknown): number {
  switch (typeof value) {
    case "number":
      return isFinite(value) ? abs(value) : 0;
    case "string":
      return value.length;
    case "object":
      return value === null ? 0 : objectSize(value);
  }
  return 0;
}

function objectSize(value: object): number {
  if (isArray(value)) return value.length;
  if (isView(value)) return isDataView(value) ? dataViewByteLength(value) : typedArrayByteLength(value);
  if (isMap(value)) return apply(mapSize, value, []);
  if (isSet(value)) return apply(setSize, value, []);
  return 0;
}
