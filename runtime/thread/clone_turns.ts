import type { CloneBounds } from "./clone_bounds.ts";

/**
 * Whose turn it is: a guest is ready once; then it resumes a thread, asks while its own thread waits for each answer, and returns
 * what migrated once. A clone that says something else at some time makes its device work or keep things for nothing.
 *
 * All methods throw a `RangeError` for a message that comes out of turn.
 */
export class CloneTurns {
  readonly #bounds: Pick<CloneBounds, "questions" | "contents" | "inTurn">;
  #isReady = false;
  #out: { readonly id: number; resumed: boolean } | undefined;
  /** Answers that haven't left. */
  #questions = 0;
  #contents = 0;

  constructor(bounds: Pick<CloneBounds, "questions" | "contents" | "inTurn">) {
    this.#bounds = bounds;
  }

  /** A migration goes out. */
  leaves(id: number): void {
    this.#out = { id, resumed: false };
  }

  /** It isn't waited for any more. */
  over(): void {
    this.#out = undefined;
  }

  ready(): void {
    this.#check(!this.#isReady);
    this.#isReady = true;
  }

  resumes(): void {
    this.#check(this.#out?.resumed === false);
    if (this.#out !== undefined) this.#out.resumed = true;
  }

  /** Which migration returns. */
  returns(): number {
    const { id = NaN } = this.#out ?? {};
    this.#check(this.#out !== undefined);
    this.#out = undefined;
    return id;
  }

  /** To be called when the answer has left. */
  asks(): () => void {
    this.#check(this.#out !== undefined && this.#questions < this.#bounds.questions);
    this.#questions++;
    return () => this.#questions--;
  }

  /** The clone's store asks for content; to be called when the answer has left. */
  fetches(): () => void {
    this.#check(this.#contents < this.#bounds.contents);
    this.#contents++;
    return () => this.#contents--;
  }

  #check(isTurn: boolean): void {
    if (!isTurn && this.#bounds.inTurn) throw new RangeError("it speaks out of turn");
  }
}
