import { deepStrictEqual, equal, match } from "node:assert/strict";
import { encodeFrame, type Frame, FrameDecoder } from "../../runtime/mod.ts";
import { FrameOutlet } from "./frame_outlet.ts";
import { FrameRelay } from "./frame_relay.ts";

const TAKEN = 3;

/** What a relay forwards and takes of a byte stream that arrives in pieces of the given sizes. */
function relay(bytes: Uint8Array, sizes: Iterator<number>, injectAfter = -1) {
  const out: Uint8Array[] = [];
  const taken: Frame[] = [];
  const errors: string[] = [];
  const outlet = new FrameOutlet({
    start: () => {},
    write: (chunk) => void out.push(chunk),
    close: () => Promise.resolve(),
    abort: () => {},
  });
  const rule = {
    route(kind: number) {
      if (kind === 9) throw new Error("kind 9 is not allowed");
      return kind === TAKEN ? "take" as const : "forward" as const;
    },
    taken: (frame: Frame) => void taken.push(frame),
  };
  const relay = new FrameRelay(outlet, rule, (error) => errors.push(error.message));
  let pieces = 0;
  for (let at = 0; at < bytes.length;) {
    const size = sizes.next().value ?? 1;
    relay.data(bytes.slice(at, at + size));
    at += size;
    if (pieces++ === injectAfter) outlet.inject(encodeFrame(0, new Uint8Array([1, 2, 3])));
  }
  const decoder = new FrameDecoder();
  for (const chunk of out) decoder.push(chunk);
  const forwarded: Frame[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) forwarded.push(frame);
  return { forwarded, taken, errors, pieces: out.length };
}

/** Repeatable sizes (mulberry32). */
function* randomSizes(seed: number, max: number): Generator<number> {
  while (true) {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    yield 1 + ((t ^ t >>> 14) >>> 0) % max;
  }
}

const FRAMES: Frame[] = [0, 1, 7, 300, 0, 5].flatMap((bytes, i) => [
  { kind: 16 + i, payload: new Uint8Array(bytes).fill(i) },
  { kind: TAKEN, payload: new Uint8Array(bytes).fill(100 + i) },
  { kind: 16, payload: new Uint8Array(bytes).fill(200 + i) },
]);
const join = (frames: readonly Frame[]) =>
  new Uint8Array(frames.flatMap(({ kind, payload }) => [...encodeFrame(kind, payload)]));

Deno.test("FrameRelay forwards and takes the same frames however they are cut, and injects between frames", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const { forwarded, taken, errors } = relay(join(FRAMES), randomSizes(seed, 1 + seed % 40), seed % 30);
    const injected = forwarded.filter(({ kind }) => kind === 0);
    deepStrictEqual(
      forwarded.filter(({ kind }) => kind !== 0),
      FRAMES.filter(({ kind }) => kind !== TAKEN),
      `seed ${seed}`,
    );
    deepStrictEqual(taken, FRAMES.filter(({ kind }) => kind === TAKEN), `seed ${seed}`);
    equal(injected.every(({ payload }) => payload.length === 3), true);
    deepStrictEqual(errors, []);
  }
});

Deno.test("FrameRelay forwards what arrived together in one piece", () => {
  const frames = FRAMES.filter(({ kind }) => kind !== TAKEN);
  equal(relay(join(frames), [1_000_000][Symbol.iterator]()).pieces, 1);
});

Deno.test("FrameRelay stops at a refused or impossible frame, and passes nothing after it", () => {
  const good = { kind: 16, payload: new Uint8Array(4) };
  for (const bad of [[0, 0, 0, 1, 9], [0, 0, 0, 0, 16], [255, 255, 255, 255, 16]]) {
    const bytes = new Uint8Array([...join([good]), ...bad, ...join([good, good])]);
    const { forwarded, errors } = relay(bytes, randomSizes(1, 3));
    deepStrictEqual(forwarded, [good]);
    equal(errors.length, 1);
    match(errors[0]!, /not allowed|Cannot read frame: its length/);
  }
});
