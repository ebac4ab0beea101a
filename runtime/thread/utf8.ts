/** Made before any of the app's code runs. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeUtf8: (text: string) => Uint8Array<ArrayBuffer> = encoder.encode.bind(encoder);
/** As modules are read: without a byte order mark, and with what is malformed replaced. */
export const decodeSource: (bytes: Uint8Array) => string = decoder.decode.bind(decoder);
