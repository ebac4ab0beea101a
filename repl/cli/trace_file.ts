import type { TraceEvent } from "../../runtime/mod.ts";
import { stateOf } from "../../net/home/mod.ts";
import { absolute } from "./app.ts";
import { cannotWrite } from "./command.ts";

/** `--trace FILE`: one JSON object a line for each event, written as it happens; `t` is in ms since the command began. */
export class TraceFile {
  #file: Deno.FsFile | undefined;
  readonly #began: number;
  readonly #onProblem: (line: string) => void;

  /** `cwd`: what the path is seen from; `began`: when the command began, by this process's clock; `onProblem` is told once, if the file can be written no longer. @throws {UsageError} if the file can't be written. */
  constructor(
    path: string,
    { cwd, began, onProblem }: { cwd: string; began: number; onProblem: (line: string) => void },
  ) {
    this.#began = began;
    this.#onProblem = onProblem;
    try {
      this.#file = Deno.openSync(absolute(path, cwd), { write: true, create: true, truncate: true });
    } catch (error) {
      throw cannotWrite(path, error as Error);
    }
  }

  write(event: TraceEvent): void {
    const bytes = new TextEncoder().encode(
      JSON.stringify({ t: Math.round(performance.now() - this.#began), ...event }) + "\n",
    );
    try {
      for (let at = 0; this.#file !== undefined && at < bytes.length;) {
        at += this.#file.writeSync(bytes.subarray(at));
      }
    } catch (error) {
      this.close();
      this.#onProblem(`the trace ends here: ${stateOf(error as Error)}`);
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
