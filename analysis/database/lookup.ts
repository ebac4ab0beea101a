import type { Conditions } from "../../runtime/mod.ts";
import { costAt, pointOf } from "../cost/linear_cost.ts";
import type { Envelope, PricedPartition } from "./envelope.ts";

/** The partition for given conditions. */
export interface Lookup {
  readonly partition: PricedPartition;
  /** Its cost there, in the database's unit. */
  readonly cost: number;
  /** Conditions that lie outside the box, in words; then the partition is the best known one, not proven best. */
  readonly outside: readonly string[];
}

/** Looks conditions up: a few hundred multiplications, so microseconds. @throws {TypeError} if the database is empty. */
export function lookUp(envelope: Envelope, conditions: Omit<Conditions, "power">): Lookup {
  const point = pointOf(conditions);
  let partition = envelope.partitions[0], cost = Infinity;
  for (const candidate of envelope.partitions) {
    const at = costAt(candidate.cost, point);
    // Among equals the one with fewer migration points: it asks less of the link than the model knows.
    if (at < cost || (at === cost && candidate.migrate.length < partition!.migrate.length)) {
      [partition, cost] = [candidate, at];
    }
  }
  if (partition === undefined) throw new TypeError("Cannot look up a partition: the database is empty");
  return { partition, cost, outside: outsideOf(envelope, conditions) };
}

function outsideOf({ box }: Envelope, conditions: Omit<Conditions, "power">): string[] {
  const outside: string[] = [];
  for (const name of ["rttMs", "upBytesPerSecond", "downBytesPerSecond", "cloneSpeed"] as const) {
    const low = Math.min(box.best[name], box.worst[name]), high = Math.max(box.best[name], box.worst[name]);
    const value = conditions[name];
    if (value < low) outside.push(`${name} ${value} is below ${low}`);
    if (value > high) outside.push(`${name} ${value} is above ${high}`);
  }
  return outside;
}
