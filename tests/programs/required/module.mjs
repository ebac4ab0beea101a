import { b, set } from "./other.mjs";
import * as path from "node:path";
export const a = 1;
export { b };
export default function named() { return [() => b, set(b + 1)].map((x) => x?.() ?? x); }
export const where = path.basename(import.meta.filename);
