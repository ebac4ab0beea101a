/** A packet that can't have come from a healthy peer of this session, or that doesn't fit this session's state. */
export class PacketError extends Error {
  override readonly name = "PacketError";

  /** `problem` completes "Cannot accept packet: …". */
  constructor(problem: string, options?: ErrorOptions) {
    super(`Cannot accept packet: ${problem}`, options);
  }
}

/** A packet names a built-in that isn't on this side, such as one of the device's process. */
export class MissingBuiltinError extends PacketError {
  /** As a program says it: `process.on`. */
  readonly builtin: string;

  /** `name` is what the packet says: `node:process#.__proto__.on`. */
  constructor(name: string) {
    const builtin = name.replace(/^node:([^#]+)#(?:\.__proto__)*\.?/, "$1.").replace(/\.$/, "");
    super(`there is no built-in ${builtin}`);
    this.builtin = builtin;
  }
}
