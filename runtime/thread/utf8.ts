/** Made before any of the app's code runs. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeUtf8: (text: string) => Uint8Array<ArrayBuffer> = encoder.encode.bind(encoder);
export const decodeUtf8: (bytes: Uint8Array) => string = decoder.decode.bind(decoder);
