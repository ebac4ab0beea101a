import { types } from "node:util";
import { getOwnPropertyDescriptor } from "../thread/intrinsics.ts";
import { fileSize, MAX_PATH } from "./run_features.ts";

const mapSize = getOwnPropertyDescriptor(Map.prototype, "size")!.get!;
const setSize = getOwnPropertyDescriptor(Set.prototype, "size")!.get!;
const { isArray } = Array;
const { isView } = ArrayBuffer;

/**
 * Sizes of an invocation's arguments, by position: a number's value, a string's length or the size of the file it names,
 * the length of arrays, maps, sets and buffers; 0 for the rest. Constant work for each; no user code runs.
 */
export function featuresOf(args: ArrayLike<unknown>): number[] {
  const features: number[] = [];
  for (let i = 0; i < args.length && i < 8; i++) features.push(sizeOf(args[i]));
  return features;
}

function sizeOf(value: unknown): number {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? Math.abs(value) : 0;
    case "string":
      return value.length <= MAX_PATH && value.includes("/") ? fileSize(value) ?? value.length : value.length;
    case "object":
      return value === null ? 0 : objectSize(value);
  }
  return 0;
}

function objectSize(value: object): number {
  if (isArray(value)) return value.length;
  if (isView(value)) return value.byteLength;
  if (types.isMap(value)) return Reflect.apply(mapSize, value, []);
  if (types.isSet(value)) return Reflect.apply(setSize, value, []);
  return 0;
}
