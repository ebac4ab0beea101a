import type { MethodId } from "../../runtime/mod.ts";
import { addPoint, emptySums } from "../cost/line_fit.ts";
import { MAX_FEATURES } from "./constants.ts";
import { ProfileTree } from "./profile_tree.ts";
import { addSample } from "./spread.ts";

/** A method was entered or left, as instrumented code reports it. */
export interface TraceEvent {
  /** When, milliseconds of any one clock. */
  readonly t: number;
  readonly kind: "enter" | "exit";
  readonly method: MethodId;
  /** State captured at that moment, bytes, where a capture was made. */
  readonly bytes?: number;
  /** Sizes of the arguments (lengths, byte lengths, numbers), by position; on entry. */
  readonly features?: readonly number[];
}

interface Frame {
  readonly node: number;
  readonly method: MethodId;
  readonly enteredMs: number;
  readonly outermost: boolean;
  readonly features: readonly number[];
}

/**
 * Builds the profile tree of one thread from its entries and exits, in order (§3.2, Figure 5).
 *
 * Time passes to the residual of the innermost method that is entered. An exit that skips frames (a throw that nobody
 * reported) closes them too; an exit of a method that isn't entered is counted in `strays` and ignored.
 */
export class TraceBuilder {
  readonly tree: ProfileTree;
  strays = 0;
  readonly #stack: Frame[] = [];
  readonly #active = new Map<MethodId, number>();
  #lastMs: number;

  /** Starts at the entry of `root`, at `startMs`. */
  constructor(root: MethodId, startMs: number, options: { maxContexts?: number } = {}) {
    this.tree = new ProfileTree(root, options);
    this.#lastMs = startMs;
    this.#push({ node: 0, method: root, enteredMs: startMs, outermost: true, features: [] });
  }

  /** Takes the next event. @throws {RangeError} if its time lies before the last one's. */
  add(event: TraceEvent): void {
    this.#pass(event.t);
    if (event.kind === "enter") this.#enter(event);
    else this.#exit(event);
  }

  /** Closes what is still entered and gives the tree. */
  finish(t: number): ProfileTree {
    this.#pass(t);
    while (this.#stack.length > 0) this.#pop(t);
    return this.tree;
  }

  #pass(t: number): void {
    if (t < this.#lastMs) {
      throw new RangeError(`Cannot build profile tree: time runs back from ${this.#lastMs} to ${t}`);
    }
    const top = this.#stack.at(-1);
    if (top !== undefined) this.tree.nodes[top.node]!.residualMs += t - this.#lastMs;
    this.#lastMs = t;
  }

  #enter(event: TraceEvent): void {
    const active = this.#active.get(event.method);
    const node = active ?? this.tree.child(this.#stack.at(-1)?.node ?? 0, event.method);
    const target = this.tree.nodes[node]!;
    const outermost = active === undefined && target.method === event.method;
    if (outermost) {
      target.invocations++;
      if (event.bytes !== undefined) addSample(target.entryBytes, event.bytes);
    }
    const features = (event.features ?? []).slice(0, MAX_FEATURES);
    this.#push({ node, method: event.method, enteredMs: event.t, outermost, features });
  }

  #exit(event: TraceEvent): void {
    const depth = this.#stack.findLastIndex((frame) => frame.method === event.method);
    if (depth < 0) {
      this.strays++;
      return;
    }
    while (this.#stack.length > depth + 1) this.#pop(event.t);
    const frame = this.#stack.at(-1)!;
    if (frame.outermost && event.bytes !== undefined) {
      addSample(this.tree.nodes[frame.node]!.exitBytes, event.bytes);
    }
    this.#pop(event.t);
  }

  #push(frame: Frame): void {
    this.#stack.push(frame);
    if (frame.outermost) this.#active.set(frame.method, frame.node);
  }

  #pop(t: number): void {
    const frame = this.#stack.pop()!;
    if (!frame.outermost) return;
    this.#active.delete(frame.method);
    const { features } = this.tree.nodes[frame.node]!;
    for (const [i, x] of frame.features.entries()) {
      addPoint(features[i] ??= emptySums(), x, { y: t - frame.enteredMs });
    }
  }
}

/** The tree of a whole trace; its first event enters the root. @throws {TypeError} if it doesn't. */
export function treeFromTrace(
  events: readonly TraceEvent[],
  options: { maxContexts?: number } = {},
): ProfileTree {
  const first = events[0];
  if (first?.kind !== "enter") throw new TypeError("Cannot build profile tree: a trace starts with an entry");
  const builder = new TraceBuilder(first.method, first.t, options);
  for (const event of events.slice(1)) builder.add(event);
  return builder.finish(events.at(-1)!.t);
}
