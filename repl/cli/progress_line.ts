/** A line on stderr that says how far long work is: replaced on a terminal, one after the other elsewhere. */
export class ProgressLine {
  readonly #terminal = Deno.stderr.isTerminal();
  #shown = false;

  show(line: string): void {
    if (!this.#terminal) return console.error(line);
    this.#write(`\r\x1b[K${line.slice(0, Deno.consoleSize().columns - 1)}`);
    this.#shown = true;
  }

  /** A line that stays. */
  say(line: string): void {
    this.clear();
    console.error(line);
  }

  clear(): void {
    if (this.#shown) this.#write("\r\x1b[K");
    this.#shown = false;
  }

  #write(text: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}
