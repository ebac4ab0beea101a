import { sha256 } from "@noble/hashes/sha2.js";
const bytes = new Uint8Array(150_000).map((_, i) => i * 31);
export const run = (): unknown => sha256(bytes);
