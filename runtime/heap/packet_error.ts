/** A packet that can't have come from a healthy peer of this session, or that doesn't fit this session's state. */
export class PacketError extends Error {
  override readonly name = "PacketError";

  /** `problem` completes "Cannot accept packet: …". */
  constructor(problem: string, options?: ErrorOptions) {
    super(`Cannot accept packet: ${problem}`, options);
  }
}
