import { factor } from "./touched_factor.ts";
export function later(by: number): number { return by * factor; }
