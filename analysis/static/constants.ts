/** Values a vertex may hold: beyond it a property name is so common (`get`, `next`) that it says nothing. */
export const MAX_TOKENS = 40;
/** Arguments of a call whose values are followed. */
export const MAX_ARGUMENTS = 12;
/** Built-in methods that call the functions they are given, at once or when they settle. */
export const CALLS_BACK = new Set(
  ("map filter forEach reduce reduceRight find findIndex findLast findLastIndex some every flatMap sort toSorted replace " +
    "replaceAll then catch finally from groupBy").split(" "),
);
