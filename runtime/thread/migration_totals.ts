/** What the migrations of a run came to, by method. */
import { fromEntries } from "../heap/lists.ts";
import { SafeMap } from "./intrinsics.ts";
import type { MigrationReply } from "./protocol.ts";

/** What the migrations of one method came to. */
export interface MethodTotals {
  invocations: number;
  /** What processors spent on them there. */
  cloneMs: number;
  upBytes: number;
  downBytes: number;
}

export class MigrationTotals {
  readonly #byMethod = new SafeMap<string, MethodTotals>();

  add(method: string, { bytesUp = 0, bytesDown = 0 }: MigrationReply, cloneMs: number): void {
    const sum = this.#byMethod.get(method) ?? { invocations: 0, cloneMs: 0, upBytes: 0, downBytes: 0 };
    sum.invocations++;
    sum.cloneMs += cloneMs;
    sum.upBytes += bytesUp;
    sum.downBytes += bytesDown;
    this.#byMethod.set(method, sum);
  }

  read(): Readonly<Record<string, MethodTotals>> {
    const entries: [string, MethodTotals][] = [];
    this.#byMethod.forEach((sum, method) => entries[entries.length] = [method, sum]);
    return fromEntries(entries);
  }
}
