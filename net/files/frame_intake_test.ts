import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { FrameIntake } from "./frame_intake.ts";

const frame = (kind: number, bytes = 1) => ({ kind, payload: new Uint8Array(bytes) });

Deno.test("FrameIntake takes one frame after the other, however late, and says when there is room again", async () => {
  const taken: string[] = [];
  const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
  const done = Promise.withResolvers<void>();
  const intake = new FrameIntake(async ({ kind }) => {
    taken.push(`begins ${kind}`);
    await gates[kind]!.promise;
    taken.push(`ends ${kind}`);
    if (kind === 2) done.resolve();
  }, done.reject);
  intake.add(frame(0, 5 * 2 ** 20));
  equal(intake.room, undefined);
  intake.add(frame(1, 5 * 2 ** 20));
  const { room } = intake;
  ok(room !== undefined, "10 MiB wait and more may come");
  intake.add(frame(2));
  gates[1]!.resolve();
  gates[2]!.resolve();
  deepStrictEqual(taken, ["begins 0"]);
  gates[0]!.resolve();
  await room;
  await done.promise;
  deepStrictEqual(taken, ["begins 0", "ends 0", "begins 1", "ends 1", "begins 2", "ends 2"]);
});

Deno.test("FrameIntake takes nothing after what can't be taken, and holds nobody back", async () => {
  const { promise, resolve } = Promise.withResolvers<Error>();
  const kinds: number[] = [];
  const intake = new FrameIntake(async ({ kind }) => {
    kinds.push(kind);
    await Promise.resolve();
    throw new Error(`cannot take ${kind}`);
  }, resolve);
  for (const kind of [1, 2]) intake.add(frame(kind, 5 * 2 ** 20));
  const { room } = intake;
  equal((await promise).message, "cannot take 1");
  await room;
  intake.add(frame(3));
  await Promise.resolve();
  deepStrictEqual(kinds, [1]);
});
