import type { TraceEvent } from "../../runtime/mod.ts";

/** `--trace FILE`: one JSON object a line for each event, written as it happens; `t` is in ms since the command began. */
export class TraceFile {
  readonly #file: Deno.FsFile;

  constructor(path: string) {
    this.#file = Deno.openSync(path, { write: true, create: true, truncate: true });
  }

  write(event: TraceEvent): void {
    const bytes = new TextEncoder().encode(
      JSON.stringify({ t: Math.round(performance.now()), ...event }) + "\n",
    );
    for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
  }

  close(): void {
    this.#file.close();
  }
}
