const WIDTH = 30;

/** A progress bar on the last line of a terminal; does nothing where standard error is no terminal. */
export class ProgressBar {
  readonly #total: number;
  readonly #shown = Deno.stderr.isTerminal();
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  advance(amount: number, label: string): void {
    this.#done += amount;
    const share = this.#total === 0 ? 1 : this.#done / this.#total;
    const filled = Math.round(share * WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    this.#write(`\r\x1b[K${bar} ${String(Math.floor(share * 100)).padStart(3)} % ${label.slice(-40)}`);
  }

  /** Takes the bar away, so that a line can be printed in its place. */
  clear(): void {
    this.#write("\r\x1b[K");
  }

  #write(text: string): void {
    if (this.#shown) Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}
