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

/**
 * What a trusted peer may use if its owner says nothing: eight apps with as much memory as V8's limit of 2 GiB needs, all
 * cores, a day's work in one migration.
 */
export const DEFAULT_GRANTS = {
  guests: 8,
  cores: 1024,
  memoryMiB: 3072,
  storageMiB: 1024,
  minutes: 24 * 60,
  mainsOnly: false,
  gpu: true,
};
/** What makes sense: a guest doesn't start with less memory, and a machine with more cores isn't a person's. */
export const GRANT_RANGES = {
  guests: { least: 0, most: 1024, whole: true },
  cores: { least: 0.1, most: 1024, whole: false },
  memoryMiB: { least: 128, most: 1024 * 1024, whole: true },
  storageMiB: { least: 0, most: 1024 * 1024, whole: true },
  minutes: { least: 0.01, most: 60 * 24 * 30, whole: false },
} as const;
