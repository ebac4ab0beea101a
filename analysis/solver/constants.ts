/** Up to this many candidate methods every choice is tried: that takes milliseconds and spares the device HiGHS's 350 MB. */
export const EXHAUSTIVE_METHODS = 14;
/** … as long as choices × contexts stay below this, some tenths of a second on a small board. */
export const EXHAUSTIVE_STEPS = 4_000_000;
/** Terms on a line of the text that HiGHS reads; some readers of that format stop at 560 characters. */
export const TERMS_A_LINE = 8;
/** A sum counts as above its limit only beyond this share of it: rounding in sums of thousands of costs. */
export const LIMIT_SLACK = 1e-9;
