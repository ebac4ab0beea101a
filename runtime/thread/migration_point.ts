import { Rest } from "./rest.ts";

/** A migration point, and how its invocations fared. */
export interface MigrationPoint {
  readonly module: string;
  readonly site: number;
  readonly method: string;
  /** The user wants it to migrate. */
  readonly forced: boolean;
  reached: number;
  /** Don't try again before this many more invocations. */
  rest: number;
  failures: number;
  /** Whether its clone asked for the frames below it: then they go along. */
  tellsFrames: boolean;
  /** Whether the method has returned a promise: then what its caller does with that goes along. */
  promises: boolean;
  /** Whether it failed because its call wasn't awaited at once: such calls stay from then on. */
  mustBeAwaited: boolean;
  /** Whether it is being called once more, to run here. */
  isHere: boolean;
  /** Decisions to stay. */
  stayed: number;
  readonly resting: Rest;
  /** Why it ran here last, though the user wants it to migrate: told once in a row. */
  toldWhy: string;
}

/** A method's migration point before its first invocation. */
export function migrationPoint(
  method: Pick<MigrationPoint, "module" | "site" | "method" | "forced">,
  now: () => number,
): MigrationPoint {
  return {
    ...method,
    ...{ reached: 0, rest: 0, failures: 0, stayed: 0, toldWhy: "" },
    ...{ tellsFrames: false, promises: false, mustBeAwaited: false, isHere: false },
    resting: new Rest(now),
  };
}
