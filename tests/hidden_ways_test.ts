/**
 * Ways of the language to come to a call that no analysis follows: whatever the way, each effect happens once, the miss is told
 * with its path, and the method stays at home from then on.
 */
import assert from "node:assert/strict";
import { missesOf, tried } from "./hiding_place.ts";

const HEAD = `
  const world: any = globalThis;
  const log = (line: string) => Deno.writeTextFileSync("log", line + "\\n", { append: true });
  const start = (line: string) =>
    new world["De" + "no"]["Com" + "mand"]("sh", { args: ["-c", "echo " + line + " >> effects"] }).outputSync().code;
`;

/** What a method's body is, what it comes to, and through which methods (its own id is `by`). */
interface Way {
  /** What stands before the method. */
  readonly made?: string;
  readonly body: string;
  readonly through: readonly string[];
  readonly what?: string;
  readonly isAsync?: boolean;
}

const WAYS: Record<string, Way> = {
  reflect: {
    made: `class Starter { code: number; constructor(line: string) { this.code = start(line); } }`,
    body: `return Reflect.construct(Starter, ["reflect"]).code;`,
    through: ["Starter.constructor", "start"],
  },
  proxy: {
    made: `const callable: any = new Proxy(function () {}, { apply: (_, __, [line]) => start(line) });`,
    body: `return callable("proxy");`,
    through: ["apply", "start"],
  },
  tag: {
    made: `const tag = (parts: TemplateStringsArray, line: string) => parts.length + start(line);`,
    body: "return tag`a ${'tag'} b`;",
    through: ["tag", "start"],
  },
  getter: {
    made: `const lazy = { get x() { return start("getter"); }, set x(v) { start("setter" + v); } };`,
    body: `return Reflect.get(lazy, "x");`,
    through: ["get x", "start"],
  },
  setter: { body: `Object.assign(lazy, { x: 5 }); return 5;`, through: ["set x", "start"] },
  text: {
    made: `const text = { toString() { start("text"); return "t"; } };`,
    body: `return [text, 1].join("-");`,
    through: ["toString", "start"],
  },
  number: {
    made: `const number: any = { valueOf() { start("number"); return 7; } };`,
    body: `return Math.max(number, 2);`,
    through: ["valueOf", "start"],
  },
  primitive: {
    made: `const primitive: any = { [Symbol.toPrimitive]: (hint: string) => (start(hint), 3) };`,
    body: `return new Date(primitive).getTime();`,
    through: ["<2>", "start"],
  },
  generator: {
    made: `class Steps { *[Symbol.iterator]() { yield 1; start("generator"); yield 2; } }`,
    body: `return Math.max(...new Steps());`,
    through: ["Steps.<1>", "start"],
  },
  waiting: {
    made: `class Waits { async *[Symbol.asyncIterator]() { yield 1; start("waiting"); yield 2; } }`,
    body: `let sum = 0; for await (const n of new Waits()) sum += n; return sum;`,
    through: ["Waits.<1>", "start"],
    isAsync: true,
  },
  block: {
    body: `class Own { static code: number; static { this.code = start("block"); } } return Own.code;`,
    through: ["start"],
  },
  call: { body: `return Function.prototype.call.call(start, null, "call");`, through: ["start"] },
  comparing: {
    body: `return [2, 1].sort((a, b) => start("comparing") + a - b);`,
    through: ["by.<1>", "start"],
  },
  reviver: {
    body: `return JSON.parse('{"a":1}', (k, v) => k === "a" ? start("reviver") : v).a;`,
    through: ["by.<1>", "start"],
  },
  intl: {
    body: `const how: any = { get style() { start("intl"); return "percent"; } };
      return new Intl.NumberFormat("en", how).format(0.5);`,
    through: ["by.get style", "start"],
  },
  dispose: {
    body: `{ using _own = { [Symbol.dispose]() { start("dispose"); } }; } return 1;`,
    through: ["by.<1>", "start"],
  },
  thenable: {
    body: `return await { then(ok: (n: number) => void) { ok(start("thenable")); } };`,
    through: ["by.then", "start"],
    isAsync: true,
  },
  instance: {
    made:
      `class Guarded { static [Symbol.hasInstance](value: unknown) { return start("instance" + value) === 0; } }`,
    body: `const five: any = 5; return five instanceof Guarded;`,
    through: ["Guarded.<1>", "start"],
  },
  exec: {
    made: `const pattern: any = /x/; pattern.exec = function exec() { start("exec"); return null; };`,
    body: `return "xyz".replace(pattern, "a");`,
    through: ["exec", "start"],
  },
  json: {
    made: `const jsonly = { toJSON() { return start("json"); } };`,
    body: `return JSON.stringify([jsonly]);`,
    through: ["toJSON", "start"],
  },
  stack: {
    body: `const before = (Error as any).prepareStackTrace;
      (Error as any).prepareStackTrace = () => start("stack");
      try { return new Error("x").stack; } finally { (Error as any).prepareStackTrace = before; }`,
    through: ["by.Error.prepareStackTrace", "start"],
  },
  species: {
    body: `class Own extends Array { static get [Symbol.species]() { start("species"); return Array; } }
      return Own.of(1, 2).map((x) => x).length;`,
    through: ["by.Own.static get ", "start"],
  },
  event: {
    body: `const target = new EventTarget();
      target.addEventListener("x", () => start("event"));
      return target.dispatchEvent(new Event("x"));`,
    through: ["by.<1>", "start"],
  },
  timer: {
    made: `function later() { setTimeout(() => start("timer"), 1); }`,
    body: `later(); return 1;`,
    what: "a timer that runs after its return",
    through: ["later"],
  },
  microtask: {
    body: `queueMicrotask(() => start("microtask")); return 1;`,
    through: ["by.<1>", "start"],
  },
};

const nameOf = (way: string) => `by${way[0]!.toUpperCase()}${way.slice(1)}`;

const PROGRAM = [
  HEAD,
  ...Object.entries(WAYS).flatMap(([way, { made = "", body, isAsync }]) => [
    made,
    `${isAsync ? "async " : ""}function ${nameOf(way)}() { log("${way}"); ${body} }`,
  ]),
  ...Object.keys(WAYS).map((way) => `console.log(await ${nameOf(way)}());`),
  // What was left behind comes in its order.
  `await new Promise((done) => setTimeout(done, 50));`,
].join("\n");

Deno.test("run catches what the language hides from any analysis, tells it with its path, and keeps it at home", () =>
  tried(PROGRAM, async (place) => {
    const names = Object.keys(WAYS).map((way) => `app.ts#${nameOf(way)}`);
    const forced = ["--clone", "spawn", ...names.flatMap((name) => ["--migrate", name])];
    const { left } = await place.run(undefined);
    assert.equal(left.files.effects?.trim().split("\n").length, names.length, left.stdout);

    const first = await place.run(forced);
    assert.deepEqual(first.left, left, first.said);
    const reasons = first.events.filter(({ event }) => event === "local").map(({ reason }) => reason);
    assert.deepEqual(
      missesOf(first.events),
      Object.fromEntries(
        Object.entries(WAYS).map(([way, { what = "Deno.Command", through }]) => [
          `app.ts#${nameOf(way)}`,
          [what, ...through.map((id) => `app.ts#${id.replace(/^by\b/, nameOf(way))}`)],
        ]),
      ),
      reasons.join("\n"),
    );

    const second = await place.run(forced);
    assert.deepEqual(second.left, left);
    assert.deepEqual(second.events.filter(({ event }) => event !== "local"), []);
    for (const name of names) {
      assert.ok(second.said.includes(`clonecloud: ${name} stays here: in an earlier run it reached`), name);
    }
  }));
