import { SafeMap } from "./intrinsics.ts";

/** Property keys, module keys and other texts that recur, numbered per session alike on both sides. */
export class TextTable {
  readonly list: string[] = [];
  readonly #numbers = new SafeMap<string, number>();

  /** The text's number, or undefined if it has none yet. */
  find(text: string): number | undefined {
    return this.#numbers.get(text);
  }

  add(text: string): number {
    const number = this.list.length;
    this.list[number] = text;
    this.#numbers.set(text, number);
    return number;
  }
}
