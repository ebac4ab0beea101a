/**
 * The language's own functions as they were before the app began, for what runs beside it: nothing of an app's is called that
 * way, whatever it has replaced. Loads no more than that.
 *
 * @module
 */
export {
  abs,
  ceil,
  isFiniteNumber,
  max,
  min,
  objectEntries,
  SafeMap,
  SafeSet,
  sqrt,
} from "../heap/intrinsics.ts";
export { append, forEach, fromEntries, map } from "../heap/lists.ts";
