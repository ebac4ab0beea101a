/**
 * Turns of the event loop in which nothing may come for what was written before a stop to be there. What was written is
 * in the pipe by then; one turn isn't enough, since a late timer fires before the pipe is looked at.
 */
const QUIET_TURNS = 4;
const TURN_MS = 5;

/** Shows what an app writes, line by line behind a mark, so that it can't be taken for what the REPL says. */
export class AppOutput {
  readonly #print: (line: string) => void;
  readonly #readers: Promise<void>[] = [];
  readonly #rest = new Map<string, string>();
  #chunks = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /** Shows a stream to its end. */
  show(stream: ReadableStream<Uint8Array>, mark: string): void {
    this.#rest.set(mark, "");
    this.#readers.push(this.#read(stream, mark));
  }

  /** Resolves when everything that the app wrote before is shown, unfinished lines too. */
  async settle(): Promise<void> {
    for (let quiet = 0, seen = this.#chunks; quiet < QUIET_TURNS; quiet++) {
      await new Promise((resolve) => setTimeout(resolve, TURN_MS));
      if (seen === this.#chunks) continue;
      seen = this.#chunks;
      quiet = -1;
    }
    this.#flush();
  }

  /** Resolves when the streams have ended and all is shown. */
  async ended(): Promise<void> {
    await Promise.all(this.#readers);
    this.#flush();
  }

  async #read(stream: ReadableStream<Uint8Array>, mark: string): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#chunks++;
      const lines = (this.#rest.get(mark)! + text).split("\n");
      this.#rest.set(mark, lines.pop()!);
      for (const line of lines) this.#line(mark, line);
    }
  }

  #flush(): void {
    for (const [mark, rest] of this.#rest) {
      if (rest !== "") this.#line(mark, rest);
      this.#rest.set(mark, "");
    }
  }

  /** Of what a progress bar wrote over itself, the last. */
  #line(mark: string, line: string): void {
    this.#print(`${mark} ${line.replace(/\r$/, "").split("\r").at(-1)}`);
  }
}
