import { encodeUtf8 } from "./utf8.ts";

const decoder = new TextDecoder();

/** A text that came as a string or in UTF-8, and is made into the other when that is asked for. */
export class KeptText {
  #text: string | undefined;
  #bytes: Uint8Array<ArrayBuffer> | undefined;

  constructor(given: string | Uint8Array<ArrayBuffer>) {
    if (typeof given === "string") this.#text = given;
    else this.#bytes = given;
  }

  get text(): string {
    return this.#text ??= decoder.decode(this.#bytes);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes ??= encodeUtf8(this.#text!);
  }
}
