/**
 * Knows which TextDecoders may be in the middle of a stream: nothing else tells. Every `decode` with options counts as
 * streaming, since reading the options would show; one without ends the stream.
 */
import { defineProperty, getOwnPropertyDescriptor, mustDefine, SafeWeakSet } from "../heap/intrinsics.ts";
export class TextDecoding {
  readonly #midStream = new SafeWeakSet<object>();
  /** What stands for `TextDecoder.prototype.decode`, and what it stands for. */
  readonly stand: Function;
  readonly original: Function;

  constructor() {
    const { decode } = TextDecoder.prototype;
    const midStream = this.#midStream;
    const { apply } = Reflect;
    const { add, delete: remove } = WeakSet.prototype;
    const stand = {
      decode(this: object, _input?: unknown, options?: unknown): string {
        const result = apply(decode, this, arguments);
        apply(options === undefined ? remove : add, midStream, [this]);
        return result;
      },
    }.decode;
    defineProperty(stand, "length", { value: decode.length, configurable: true });
    mustDefine(TextDecoder.prototype, "decode", {
      ...getOwnPropertyDescriptor(TextDecoder.prototype, "decode"),
      value: stand,
    });
    this.stand = stand;
    this.original = decode;
  }

  isMidStream(decoder: object): boolean {
    return this.#midStream.has(decoder);
  }
}
