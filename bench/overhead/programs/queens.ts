class Board {
  readonly #rows: boolean[];
  readonly #up: boolean[];
  readonly #down: boolean[];
  constructor(readonly size: number) {
    this.#rows = new Array(size).fill(true);
    this.#up = new Array(2 * size).fill(true);
    this.#down = new Array(2 * size).fill(true);
  }
  count(column = 0): number {
    if (column === this.size) return 1;
    let found = 0;
    for (let row = 0; row < this.size; row++) {
      if (!this.#rows[row] || !this.#up[row + column] || !this.#down[row - column + this.size]) continue;
      this.#set(row, column, false);
      found += this.count(column + 1);
      this.#set(row, column, true);
    }
    return found;
  }
  #set(row: number, column: number, free: boolean): void {
    this.#rows[row] = this.#up[row + column] = this.#down[row - column + this.size] = free;
  }
}
export const run = (): number => new Board(10).count();
