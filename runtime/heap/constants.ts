/** First four bytes of every packet: `CCHP`. */
export const PACKET_MAGIC = 0x43434850;
/** Rises whenever a packet's layout changes; both sides must agree. */
export const PACKET_VERSION = 8;

/** Packet flag: the receiver forgets everything it held of the session before. */
export const FLAG_FIRST = 1;
/** Packet flag: adds to the migration that is out instead of starting one. */
export const FLAG_MORE = 2;
/** Packet flag: goes from the clone to the device. */
export const FLAG_RETURN = 4;

/** Buffers from this size on travel behind the records, so that their bytes are copied once. */
export const BLOB_BYTES = 1 << 14;

/** In a shell's kind byte: the classes whose private names the object carries follow. */
export const CARRIES_PRIVATES = 128;

/** Tags of values. A byte of 128 and more is the integer 0…127 itself. */
export const VALUE = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  nan: 4,
  negativeZero: 5,
  /** Zigzag varint, at most 32 bits. */
  integer: 6,
  float: 7,
  bigintPositive: 8,
  bigintNegative: 9,
  /** Up to 255 ASCII characters, length in one byte. */
  shortAscii: 10,
  utf8: 11,
  /** Code units, for strings with lone surrogates. */
  utf16: 12,
  reference: 13,
  uninitialised: 14,
  hole: 15,
} as const;
/** Bytes from here up are small integers. */
export const INLINE_INTEGER = 128;

/** Strings up to this length are written character by character: cheaper than a call to the encoder. */
export const SHORT_STRING = 64;

/** Property attributes as bits of one byte. */
export const ENUMERABLE = 1;
export const CONFIGURABLE = 2;
export const WRITABLE = 4;
export const ACCESSOR = 8;
/** The engine's own `stack` property: looks like an accessor, is a value. */
export const STACK = 16;
/** What assignment makes. */
export const PLAIN_ATTRIBUTES = ENUMERABLE | CONFIGURABLE | WRITABLE;

/** Bounds on what a packet may ask a receiver to make. */
export interface HeapLimits {
  /** Objects in one packet. */
  readonly maxObjects: number;
  /** Bytes of one packet. */
  readonly maxPacketBytes: number;
  /** Sum of the buffers' (maximum) sizes that one packet may ask for. */
  readonly maxBufferBytes: number;
}

/** A packet of 2 GiB is more than a device ships; 64 Mi objects fill V8's heap. */
export const DEFAULT_LIMITS: HeapLimits = {
  maxObjects: 1 << 26,
  maxPacketBytes: 2 ** 31,
  maxBufferBytes: 2 ** 32,
};

/** Rows of the mapping table that are kept or shown for a person; a heap of millions has as many. */
export const MAX_OBSERVED_ROWS = 10_000;
