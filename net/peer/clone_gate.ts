import {
  BLOB_FOUND,
  BLOB_REQUEST,
  HASH_BYTES,
  MAX_ASKED,
  READY,
  REQUEST,
  shownText,
  STAGE,
} from "../../runtime/mod.ts";
import { MAX_CONTROLS_PER_SECOND, MAX_FRAMES_PER_SECOND, MAX_QUESTION_BYTES } from "./constants.ts";

/** Longest payload of frames that have one of their own; any other may be as long as an answer. */
const MOST_BYTES: Readonly<Record<number, number>> = {
  [REQUEST]: MAX_QUESTION_BYTES,
  [READY]: 0,
  [STAGE]: 4096,
  [BLOB_REQUEST]: HASH_BYTES,
  [BLOB_FOUND]: MAX_ASKED,
};

/** Longest reason of a clone that a person is shown. */
const MAX_REASON = 1_000;

/** What a {@linkcode CloneGate} is made from. */
export interface CloneGateOptions {
  /** Bytes of an answer that this machine can hold. */
  readonly returnBytes: number;
  /** Left out by tests only, to show what each is for. */
  readonly without: ReadonlySet<string>;
  readonly clock?: () => number;
}

/** Bounds what the clone of one session may send, by each frame's kind, before anything is allocated for it or passed on. */
export class CloneGate {
  readonly #options: CloneGateOptions;
  #since = -Infinity;
  #frames = 0;
  #controls = 0;

  constructor(options: CloneGateOptions) {
    this.#options = options;
  }

  /** A session frame, or one about content. @throws {RangeError} if it may not pass */
  frame(kind: number, payloadBytes: number): void {
    this.#count();
    const most = Object.hasOwn(MOST_BYTES, kind) ? MOST_BYTES[kind]! : this.#options.returnBytes;
    if (payloadBytes <= most || this.#options.without.has("return-size")) return;
    throw new RangeError(
      `Cannot take frame from the clone: kind ${kind} has ${payloadBytes} bytes, ${most} are allowed here`,
    );
  }

  /** A message of the clone's peer. @throws {RangeError} */
  control(): void {
    this.#count();
    if (++this.#controls > MAX_CONTROLS_PER_SECOND) this.#flooded();
  }

  /** What the clone says, as a person may be shown it. */
  shown(text: string): string {
    return this.#options.without.has("shown-text") ? text : shownText(text, MAX_REASON);
  }

  #count(): void {
    const now = (this.#options.clock ?? (() => performance.now()))();
    if (now - this.#since >= 1_000) [this.#since, this.#frames, this.#controls] = [now, 0, 0];
    if (++this.#frames > MAX_FRAMES_PER_SECOND) this.#flooded();
  }

  #flooded(): void {
    if (!this.#options.without.has("frame-rate")) {
      throw new RangeError("Cannot listen: the clone floods this device");
    }
  }
}
