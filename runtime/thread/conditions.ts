/** What a decision depends on besides the program: the link and the two machines, as measured. */
export interface Conditions {
  /** Round-trip time of a small message, milliseconds. */
  readonly rttMs: number;
  /** Bytes per second from device to clone. */
  readonly upBytesPerSecond: number;
  /** Bytes per second from clone to device. */
  readonly downBytesPerSecond: number;
  /** How many times faster the clone runs the same code than the device (1 = as fast). */
  readonly cloneSpeed: number;
  /** The device's power supply. */
  readonly power: "mains" | "battery" | "unknown";
}
