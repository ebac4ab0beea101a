import type { SteppedApp } from "./stepped_app.ts";

/** What commands work on. */
export interface Context {
  readonly app: SteppedApp;
  print(line: string): void;
  /** Ends the REPL after this command. */
  quit(): void;
}

/** One command of the REPL. */
export interface ReplCommand {
  readonly name: string;
  /** Arguments as help shows them. */
  readonly args?: string;
  readonly summary: string;
  /** More for `help COMMAND`. */
  readonly details?: readonly string[];
  /** What its argument may be. */
  complete?(context: Context): readonly string[];
  /** @throws {UsageError} with a line for the person. */
  run(context: Context, args: readonly string[]): Promise<void> | void;
}
