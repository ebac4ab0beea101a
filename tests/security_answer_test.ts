/** What an answer of a hostile clone can't bring into the app (SECURITY.md), and could without the one defence. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { SessionHeap, type Unsent, type ValueAccess } from "../runtime/heap/mod.ts";
import { FakeSide } from "../runtime/heap/fake_side_test.ts";
import { PROGRAM, SITE } from "../runtime/heap/program_test.ts";
import { Builtins } from "../runtime/host/builtins.ts";
import { Values } from "../runtime/host/values.ts";
import { joinBytes } from "../runtime/thread/bytes.ts";
import { decompress } from "../runtime/thread/compression.ts";
import { type AnswerParts, GuestAnswers } from "../runtime/thread/guest_answers.ts";
import { type GuestReply, unpackPayload } from "../runtime/thread/protocol.ts";
import { unsentRules } from "../runtime/thread/unsent.ts";

const builtins = new Builtins();
builtins.addModule("node:fs#", () => (process as any).getBuiltinModule("node:fs"));
builtins.addModule("node:path#", () => (process as any).getBuiltinModule("node:path"));
const values = new Values(builtins);
const rules = unsentRules(values, () => new Set(["m"]));

interface Session {
  readonly sent?: readonly unknown[];
  /** Undefined: the defence is left out. */
  readonly unsent?: Unsent | undefined;
  /** The clone's, in place of the true ones. */
  readonly there?: ValueAccess;
}

/** What the app gets of a clone that answers with this. */
function answered(answer: (clone: FakeSide) => unknown, session: Session = {}): unknown {
  const { sent = [], unsent, there = values } = { unsent: rules, ...session };
  const [device, clone] = [new FakeSide(PROGRAM), new FakeSide(PROGRAM)];
  const heap = new SessionHeap({ side: "device", values, code: device, ...(unsent && { unsent }) });
  const cloneHeap = new SessionHeap({ side: "clone", values: there, code: clone });
  cloneHeap.accept(heap.capture(sent).packet);
  return heap.accept(cloneHeap.capture([answer(clone)]).packet)[0];
}

const ACTS: Record<string, unknown> = {
  eval: globalThis.eval,
  Function,
  "a function's maker by a way round": (async () => {}).constructor,
  "a generator function's maker": (function* () {}).constructor,
  setTimeout,
  fetch,
  "the global object": globalThis,
  Deno,
  "Deno.removeSync": Deno.removeSync,
  "Deno.Command": Deno.Command,
  process,
  "process.exit": process.exit,
  "node:fs": (process as any).getBuiltinModule("node:fs").writeFileSync,
  Worker,
  WebAssembly,
  localStorage: Object.getOwnPropertyDescriptor(globalThis, "localStorage")!.get,
};

const COMPUTES: Record<string, unknown> = {
  "Math.max": Math.max,
  "a Map's prototype": Map.prototype,
  "an iterator's prototype": Object.getPrototypeOf(new Map().keys()),
  "Object.prototype.toString": Object.prototype.toString,
  "console.log": console.log,
  "an error of Deno's": Deno.errors.NotFound,
  "path.join": (process as any).getBuiltinModule("node:path").join,
  Buffer: (globalThis as any).Buffer,
  URL,
};

const NOT_SENT = /it names .*, which it wasn't sent/;

Deno.test("an answer brings no built-in that acts, unless the app's state held it", () => {
  for (const [what, acting] of Object.entries(ACTS)) {
    throws(() => answered(() => ({ run: acting })), NOT_SENT, what);
    const { run } = answered(() => ({ run: acting }), { sent: [acting] }) as { run: unknown };
    equal(run, acting, what);
  }
  throws(() => answered((clone) => clone.bind(Deno.removeSync, Deno, "/tmp/nothing")), NOT_SENT);
  for (const [what, computing] of Object.entries(COMPUTES)) {
    const { run } = answered(() => ({ run: computing })) as { run: unknown };
    equal(run, computing, what);
  }
  equal((answered((clone) => clone.bind(Math.max, null, 3)) as (n: number) => number)(2), 3);
  // Without the defence an app that calls what came home runs the clone's text.
  const run = answered(() => eval, { unsent: undefined }) as (text: string) => unknown;
  run("globalThis.taken = 'by the clone'");
  equal(Reflect.get(globalThis, "taken"), "by the clone");
  Reflect.deleteProperty(globalThis, "taken");
});

Deno.test("an answer names no built-in that acts by a way round", () => {
  const ways: readonly [string, unknown][] = [
    ["Map.__proto__.constructor", Function],
    ["%AsyncFunction.prototype%.constructor", (async () => {}).constructor],
    ["console.log.__proto__.constructor", Function],
  ];
  for (const [way, acting] of ways) {
    const nameOf = (item: object | symbol) => item === acting ? way : builtins.nameOf(item);
    const there = new Values({ nameOf, byName: (name: string) => builtins.byName(name) } as Builtins);
    throws(() => answered(() => acting, { there }), NOT_SENT, way);
    equal(answered(() => acting, { there, unsent: undefined }), acting, way);
  }
});

Deno.test("an answer makes and changes nothing of modules whose code the clone wasn't sent", () => {
  const unsent = unsentRules(values, () => new Set(["other"]));
  const answers: ((clone: FakeSide) => unknown)[] = [
    (clone) => clone.closure(SITE.plainFunction),
    (clone) => clone.class(SITE.Point),
    (clone) => clone.closure(SITE.increment, [clone.createScope("m", 0)]),
  ];
  for (const answer of answers) {
    throws(() => answered(answer, { unsent }), /it wasn't sent the module m/);
    equal(typeof answered(answer, { unsent: undefined }), "function");
  }
});

Deno.test("an answer brings functions of new texts only where the program's code that went there makes such", async () => {
  const script = "return function anonymous(a\n) {\nreturn a\n}";
  const asked = async (mayMake: boolean, asks = 1) => {
    const replies: Uint8Array[][] = [];
    const answers = new GuestAnswers({
      ask: () => Promise.resolve({ url: "made:1", key: "k", code: "{}", makers: "{}" }),
      conditions: () => undefined,
      send: (_kind: number, ...payload: Uint8Array[]) => void replies.push(payload),
    } as unknown as AnswerParts);
    answers.begin(mayMake);
    for (let i = 0; i < asks; i++) await answers.answer({ op: "make", script });
    const values = replies.map((parts) =>
      (unpackPayload(decompress(joinBytes(parts))).head as GuestReply).value
    );
    return { values, made: answers.asked.made };
  };
  const without = await asked(false);
  deepEqual(without, { values: [null], made: [] });
  const allowed = await asked(true);
  equal((allowed.values[0] as { key: string }).key, "k");
  deepEqual(allowed.made, [{ url: "made:1", key: "k", script }]);
  // And only so many.
  const many = await asked(true, 2000);
  equal(many.made.length, many.values.filter((value) => value !== null).length);
  ok(many.made.length < 1100);
});
