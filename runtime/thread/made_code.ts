import { forEach, map } from "../heap/lists.ts";
import { sliceText } from "../heap/texts.ts";
import { MADE_URL } from "../rewrite/constants.ts";
import type { CodeRegistry } from "./code_registry.ts";
import type { DeviceCode } from "./device_code.ts";
import { SafeMap } from "./intrinsics.ts";
import type { RewriteAnswer } from "./load_hook.ts";
import { evaluate, evaluatedAt, madeTexts, type Make, type Making, scriptOf } from "./making.ts";
import type { MadeModule } from "./protocol.ts";
import { appFrames } from "./stack.ts";
import type { SyncPort } from "./sync_port.ts";
import { decodeSource, encodeUtf8 } from "./utf8.ts";

/** Makes functions of the same text, each time another. */
type Maker = () => Function;

/** What rewriting has come to: a text to be evaluated, empty if the engine is to make the function. */
interface Rewritten {
  readonly key: string;
  readonly text: string;
}

interface MadeCodeContext {
  readonly port: SyncPort;
  readonly code: DeviceCode;
  readonly registry: CodeRegistry;
}

/** A program that makes ever new texts has further ones made by the engine alone. */
const MOST_TEXTS = 1000;
const MOST_CHARACTERS = 1 << 22;

/**
 * Functions that the program makes of texts, `new Function("a", "return a")`: rewritten as modules of their own, so that they and
 * the closures born in them can travel.
 */
export class MadeCode {
  readonly #context: MadeCodeContext;
  /** By script: how to make more; the module's key if the engine makes them; null for what is left alone. */
  readonly #known = new SafeMap<string, Maker | string | null>();
  #characters = 0;

  constructor(context: MadeCodeContext) {
    this.#context = context;
  }

  readonly make: Make = (constructor, args, isApplied) => {
    const texts = madeTexts(constructor, args, isApplied);
    if (texts === undefined) return { args };
    const script = scriptOf(texts);
    if (script === undefined) return { args: texts };
    const known = this.#known.get(script);
    if (typeof known === "function") return { args: texts, text: "", eval: evaluate, take: known };
    const learnt = known ?? this.#learn(script);
    if (typeof learnt === "string") return { args: marked(texts, learnt) };
    return learnt === null ? { args: texts } : { args: texts, eval: evaluate, ...learnt };
  };

  /** What a clone made of texts, and may send home. */
  arrived(modules: readonly MadeModule[]): void {
    const { code, registry } = this.#context;
    forEach(modules, ({ url, key, script }) => {
      if (code.module(key) !== undefined) return;
      code.loaded({ url, key, source: script, isModule: false });
      registry.register(key, () => undefined, () => {});
      this.#known.set(script, () => registry.createClosure(key, 0, [], null));
    });
  }

  /** Not known until it was evaluated: that may fail. */
  #learn(script: string): string | null | Required<Pick<Making, "text" | "take">> {
    if (this.#known.has(script)) return null;
    const { registry } = this.#context;
    const rewritten = this.#rewrite(script);
    this.#known.set(script, rewritten?.text === "" ? rewritten.key : null);
    if (rewritten === undefined) return null;
    if (rewritten.text === "") {
      registry.register(rewritten.key, () => undefined, () => {});
      return rewritten.key;
    }
    const register: CodeRegistry["register"] = (key, accessor, control) =>
      registry.register(key, accessor, control);
    const take = (evaluated: unknown) => {
      const maker = (evaluated as (register: unknown) => Maker)(register);
      this.#known.set(script, maker);
      return maker();
    };
    return { text: rewritten.text, take };
  }

  #rewrite(script: string): Rewritten | undefined {
    const { port, code } = this.#context;
    this.#characters += script.length;
    if (this.#known.size >= MOST_TEXTS || this.#characters > MOST_CHARACTERS) return undefined;
    const request = { op: "rewrite", url: MADE_URL, kind: "made" };
    const answer: RewriteAnswer | undefined = port.exchange(
      { op: "supervisor", request },
      encodeUtf8(script),
    );
    if (answer?.key === undefined) return undefined;
    const { key, packet } = answer;
    // The first frame is the rewriter's own.
    const place = sliceText(appFrames(2)[1] ?? "", "    at ".length);
    code.loaded({
      url: answer.url!,
      key,
      source: script,
      isModule: false,
      origin: evaluatedAt(place),
    });
    return { key, text: packet === undefined ? "" : decodeSource(packet) };
  }
}

/** With a mark in the body, that says which module its function is of. */
function marked(texts: readonly string[], key: string): string[] {
  return map(texts, (text, i) => i === texts.length - 1 ? `${text}\n/*!cc:${key}:0*/` : text);
}
