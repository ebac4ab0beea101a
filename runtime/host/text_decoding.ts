/**
 * Knows which TextDecoders may be in the middle of a stream: nothing else tells. Every `decode` with options counts as
 * streaming, since reading the options would show; one without ends the stream.
 */
export class TextDecoding {
  readonly #midStream = new WeakSet<object>();
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
    Object.defineProperty(stand, "length", { value: decode.length, configurable: true });
    Object.defineProperty(TextDecoder.prototype, "decode", {
      ...Reflect.getOwnPropertyDescriptor(TextDecoder.prototype, "decode"),
      value: stand,
    });
    this.stand = stand;
    this.original = decode;
  }

  isMidStream(decoder: object): boolean {
    return this.#midStream.has(decoder);
  }
}
