import { make } from "./cycle_a.ts";
export const early = [make(1)];
export const seen = early[0]!.read();
