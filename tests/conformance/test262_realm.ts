import vm from "node:vm";
import { RewrittenModule } from "../../runtime/rewrite/mod.ts";
import type { Test262Test } from "./test262_test_file.ts";

export interface Outcome {
  readonly passed: boolean;
  readonly message: string;
  /** The rewriter couldn't parse it. */
  readonly unchanged: boolean;
}

/** How long an asynchronous test may take. */
const PATIENCE_MS = 2000;
const PARAMS = "exports,require,module,__filename,__dirname";

/** Runs a script test in a realm of its own, plainly or rewritten. */
export async function runScript(
  test: Test262Test,
  { strict, rewritten }: { strict: boolean; rewritten: boolean },
): Promise<Outcome> {
  const source = (strict ? '"use strict";\n' : "") + test.source;
  let unchanged = false;
  let message = "";
  let text = source;
  let rewriter: RewrittenModule | undefined;
  if (rewritten) {
    try {
      rewriter = new RewrittenModule({ url: "file:///t.cjs", source, isModule: false, path: "t", key: "k" });
      text = rewriter.device(new Set()).text;
    } catch (error) {
      unchanged = true;
      message = String(error);
    }
  }
  const realm = new Realm();
  for (const include of test.includes) realm.evaluate(include);
  if (rewriter !== undefined) realm.showSource(rewriter);
  let thrown: unknown;
  let phase = "parse";
  try {
    const body = realm.evaluate(`(function(${PARAMS}){${text}\n})`) as Function;
    phase = "runtime";
    const module = { exports: {}, _compile: () => () => {} };
    body.call(module.exports, module.exports, () => {}, module, "/t.cjs", "/");
    if (test.flags.has("async")) await realm.done();
  } catch (error) {
    thrown = error;
    if (error === undefined || error === null) thrown = { message: `threw ${error}` };
  }
  const passed = judge(test, phase, thrown);
  return { passed, unchanged, message: passed ? message : describe(thrown) };
}

function judge(test: Test262Test, phase: string, thrown: any): boolean {
  if (test.negative === undefined) return thrown === undefined;
  if (thrown?.constructor?.name !== test.negative.type) return false;
  return (test.negative.phase === "parse") === (phase === "parse");
}

function describe(thrown: any): string {
  try {
    return thrown === undefined
      ? "did not throw"
      : `${thrown?.constructor?.name}: ${thrown?.message}`.slice(0, 200);
  } catch {
    return "threw something that can't be shown";
  }
}

/** A global object of its own, with what test262 expects of its host. */
class Realm {
  readonly #context: vm.Context;
  #printed: string | undefined;
  #wake: (() => void) | undefined;

  constructor() {
    this.#context = vm.createContext({});
    const { global } = this.#hostObject();
    Object.defineProperty(global, "print", {
      value: (line: unknown) => {
        const text = String(line);
        if (!text.startsWith("Test262:AsyncTest")) return;
        this.#printed ??= text;
        this.#wake?.();
      },
      configurable: true,
      writable: true,
    });
  }

  evaluate(text: string): unknown {
    return new vm.Script(text, { filename: "test.js" }).runInContext(this.#context);
  }

  /** Resolves when the test says so. @throws {Error} with what it says if it failed. */
  async done(): Promise<void> {
    if (this.#printed === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, PATIENCE_MS);
      });
    }
    if (this.#printed !== "Test262:AsyncTestComplete") throw new Error(this.#printed ?? "never done");
  }

  /** `toString` shows what was written, as it does in an app. */
  showSource(module: RewrittenModule): void {
    const patch = this.evaluate(`(lookUp) => {
      const { toString } = Function.prototype, { apply } = Reflect;
      const shown = { toString() {
        const text = apply(toString, this, []);
        return lookUp(text) ?? text;
      } }.toString;
      Object.defineProperty(Function.prototype, "toString", { value: shown, writable: true, configurable: true });
    }`) as (lookUp: (text: string) => string | undefined) => void;
    patch((text) => {
      const site = /\/\*!cc:k:(\d+)\*\//.exec(text)?.[1];
      const entry = site === undefined ? undefined : module.table.sites[Number(site)];
      return entry === undefined ? undefined : module.text.slice(entry.start, entry.end);
    });
  }

  #hostObject(): { global: object } {
    const global = this.evaluate("this") as object;
    const host = {
      global,
      createRealm: () => new Realm().#hostObject(),
      evalScript: (text: string) => this.evaluate(text),
      detachArrayBuffer: (buffer: ArrayBuffer) => void structuredClone(buffer, { transfer: [buffer] }),
      gc: () => {},
      agent: {
        start() {},
        broadcast() {},
        getReport: () => null,
        sleep() {},
        monotonicNow: () => performance.now(),
      },
    };
    Object.defineProperty(global, "$262", { value: host, configurable: true, writable: true });
    return host;
  }
}
