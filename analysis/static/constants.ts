/** Objects a vertex may hold: beyond it the value says nothing, and its properties are looked up by their name alone. */
export const MAX_OBJECTS = 10;
/**
 * Functions a vertex may hold, the nearest first: of more, most came from afar (lodash: 98.5 % of calls found and 21 % of those
 * told were made with 120 of them, 97 and 30 % with 32); the call is marked.
 */
export const MAX_FUNCTIONS = 30;
/** The same of what stands under a name: beyond it that is so common (`get`, `next`) that a call by it says nothing. */
export const MAX_NAMED = 100;
/**
 * The same where objects aren't told apart, and where the program is huge: names say less there, and a call of more is marked. The
 * TypeScript compiler takes 12 to 19 s with 12 of them, 47 with 40.
 */
export const MAX_FUNCTIONS_COARSE = 80, MAX_FUNCTIONS_HUGE = 12;
/** Properties of an object that a computed name may mean: of more, none is more likely than any other function. */
export const MAX_TABLE = 60;
/** Properties that a function must have for a computed name to mean one of them: it always has a few by itself. */
export const MIN_TABLE = 4;
/** Arguments of a call whose values are followed. */
export const MAX_ARGUMENTS = 12;
/** Rounds in which calls with nothing to go by are looked up by name. */
export const MAX_ROUNDS = 8;
/**
 * Values that reach a vertex before the analysis begins anew without telling objects apart. Where it takes more, too many
 * functions reach everything: in terser (1.8 million) 13 % of what is told was called then, by names alone 24 %.
 */
export const MAX_STEPS = 1_300_000;
/** The same where a person waits, or on a weak device: what a coarser analysis says too much of, a run shows. */
export const STEPS_WHILE_WAITING = 200_000;
/** Characters of source from which on objects are not told apart at all. */
export const MAX_PRECISE_CHARS = 2_500_000;
/** Built-in methods that call the functions they are given, at once or when they settle. */
export const CALLS_BACK = new Set(
  ("map filter forEach reduce reduceRight find findIndex findLast findLastIndex some every flatMap sort toSorted replace " +
    "replaceAll then catch finally from groupBy").split(" "),
);

/**
 * Characters of source up to which values from computed names are followed as "any" where objects aren't told apart, so that no call
 * is lost without a mark; beyond, that takes longer than anybody waits (the TypeScript compiler: over 100 s instead of 27).
 */
export const MAX_MARKED_CHARS = 1_500_000;

/** Prototypes an object may have: each name is looked up along all ways through them. */
export const MAX_PROTOS = 6;
/** Calls of calls that are told apart; of a helper that is told a property's name, one more; of a short one, a few. */
export const MAX_DEPTH = 1, MAX_KEYED_DEPTH = 2, MAX_WRAPPED = 4;
/** Characters of such a short one: it does little but hand on a call. */
export const MAX_WRAPPER = 800;
/** Of those that a variable may hold, how many are told apart for a call of it. */
export const MAX_CHOSEN = 3;
/** Characters of a method that is walked for each of its calls: longer ones are no helpers. */
export const MAX_COPIED = 4000;
/** Characters of methods that may be walked again, for each of the program, and besides. */
export const COPIES_PER_CHAR = 3, COPIES_AT_LEAST = 200_000;
/** Values under computed names of which a call may mean each: of more, the name is more likely one that is not followed. */
export const MAX_COMPUTED = 12;
