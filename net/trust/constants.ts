/** Trusted peers one home keeps; a person has a few. */
export const MAX_TRUSTED = 256;
/** Addresses remembered for one peer: a laptop on a few networks. */
export const MAX_ADDRESSES = 12;
/** Longest name of a peer, characters. */
export const MAX_NAME_LENGTH = 64;
/** Longest address, characters. */
export const MAX_ADDRESS_LENGTH = 512;

/** The pairing protocol. */
export const PAIR_PROTOCOL = "/clonecloud/pair/1.0.0";
/** Digits of a code: with three tries a code, a guess succeeds once in 333,000 codes. */
export const CODE_DIGITS = 6;
/** How long a code can be used: time to walk to the other machine and type it. */
export const CODE_LIFETIME_MS = 120_000;
/** Wrong tries a code survives. */
export const MAX_WRONG_TRIES = 3;
/** Pairing attempts a minute that a peer answers, from all others together. */
export const MAX_ATTEMPTS_PER_MINUTE = 10;
/** How long one attempt may take; each side only computes a few curve points. */
export const ATTEMPT_TIMEOUT_MS = 15_000;
