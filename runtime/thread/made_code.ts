import { types } from "node:util";
import { join, listOf, map } from "../heap/lists.ts";
import { sliceText, testRegExp } from "../heap/texts.ts";
import { MADE_URL } from "../rewrite/constants.ts";
import type { CodeRegistry } from "./code_registry.ts";
import type { DeviceCode } from "./device_code.ts";
import { getOwnPropertyDescriptor, getPrototypeOf, isArray, ownKeys, SafeMap } from "./intrinsics.ts";
import type { Control, Register } from "./live_modules.ts";
import type { RewriteAnswer } from "./load_hook.ts";
import type { Accessor } from "./scope_handles.ts";
import { appFrames } from "./stack.ts";
import type { SyncPort } from "./sync_port.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** What rewritten code does where it calls `Function`. */
export interface Making {
  /** What `Function` is called with if there is no text. */
  readonly args: unknown;
  /** To be evaluated there. */
  readonly text?: string;
  readonly eval?: typeof eval;
  /** Takes what the text has come to, and gives the function. */
  readonly take?: (evaluated: unknown) => Function;
}

/** `isApplied`: the arguments are the list that `Function.apply` was given. */
export type Make = (constructor: unknown, args: unknown, isApplied?: 1) => Making;

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

const { assign } = Object;
const evaluate = eval;
const FunctionCtor = Function;
const { prototype: arrayPrototype } = Array;
const { toString: arrayToString, join: arrayJoin } = arrayPrototype;
const { toPrimitive } = Symbol;
const functionApply = Function.prototype.apply;
/** Parameters are plain names, so that they can't end their list or begin a comment. */
const NAMES = /^[\w$,\s]*$/;
/** What means something else in a function that has a name and was evaluated: a text with one of these is left alone. */
const TELLING = /\b(?:anonymous|eval|import)\b/;
/** A program that makes ever new texts has further ones made by the engine alone. */
const MOST_TEXTS = 1000;
const MOST_CHARACTERS = 1 << 22;
const MOST_PARAMETERS = 1000;

export const leaveAlone: Make = (_constructor, args) => ({ args });

/**
 * Functions that the program makes of texts, `new Function("a", "return a")`: rewritten as modules of their own, so that they and
 * the closures born in them can travel.
 */
export class MadeCode {
  readonly #context: MadeCodeContext;
  /** By text: how to make more; the module's key if the engine makes them; null for what is left alone. */
  readonly #known = new SafeMap<string, Maker | string | null>();
  #characters = 0;

  constructor(context: MadeCodeContext) {
    this.#context = context;
  }

  readonly make: Make = (constructor, args, isApplied) => {
    const isUsual = constructor === FunctionCtor && (isApplied === undefined || isUsualApply());
    const texts = isUsual ? textsOf(args) : undefined;
    const script = texts && scriptOf(texts);
    if (script === undefined) return { args };
    const known = this.#known.get(script);
    if (typeof known === "function") return { args, text: "", eval: evaluate, take: known };
    const learnt = known ?? this.#learn(script);
    if (typeof learnt === "string") return { args: marked(texts!, learnt) };
    return learnt === null ? { args } : { args, eval: evaluate, ...learnt };
  };

  /** Not known until it was evaluated: that may fail. */
  #learn(script: string): string | null | Required<Pick<Making, "text" | "take">> {
    if (this.#known.has(script)) return null;
    const rewritten = this.#rewrite(script);
    this.#known.set(script, rewritten?.text === "" ? rewritten.key : null);
    if (rewritten === undefined) return null;
    if (rewritten.text === "") {
      this.#register(rewritten.key, () => undefined, () => {});
      return rewritten.key;
    }
    const take = (evaluated: unknown) => {
      const maker = (evaluated as (register: unknown) => Maker)(this.#register);
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
    code.loaded({
      url: answer.url!,
      key,
      source: script,
      isModule: false,
      origin: originOf(appFrames(2)[1]),
    });
    return { key, text: packet === undefined ? "" : decodeUtf8(packet) };
  }

  readonly #register = (key: string, accessor: Accessor, control: Control): Register =>
    assign(this.#context.registry.register(key, accessor, control), { made: this.make });
}

/** What stands in a stack trace for a caller's frame: the one behind the rewriter's own. */
function originOf(frame = ""): string {
  const place = sliceText(frame, "    at ".length);
  return testRegExp(/\)$/, place) ? `eval at ${place}` : `eval at <anonymous> (${place})`;
}

/** With a mark in the body, that says which module its function is of. */
function marked(texts: readonly string[], key: string): string[] {
  return map(texts, (text, i) => i === texts.length - 1 ? `${text}\n/*!cc:${key}:0*/` : text);
}

/** Whether `Function.apply` is the engine's: the program may have put another in its place. */
function isUsualApply(): boolean {
  return getOwnPropertyDescriptor(FunctionCtor, "apply") === undefined &&
    getOwnPropertyDescriptor(FunctionCtor.prototype, "apply")?.value === functionApply;
}

/** What is read without running any code of the app's. */
function textsOf(args: unknown): string[] | undefined {
  if (!isArray(args) || types.isProxy(args) || args.length === 0 || args.length > MOST_PARAMETERS) {
    return undefined;
  }
  const texts: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const given: unknown = getOwnPropertyDescriptor(args, i)?.value;
    const text = isArray(given) ? textOfNames(given) : given;
    if (typeof text !== "string") return undefined;
    texts[i] = text;
  }
  return texts;
}

/** What the engine makes of names in an array; undefined if it would run the program's code for that. */
function textOfNames(names: unknown[]): string | undefined {
  const isOrdinary = !types.isProxy(names) && getPrototypeOf(names) === arrayPrototype &&
    ownKeys(names).length === names.length + 1 &&
    getOwnPropertyDescriptor(arrayPrototype, "toString")?.value === arrayToString &&
    getOwnPropertyDescriptor(arrayPrototype, "join")?.value === arrayJoin &&
    !(toPrimitive in arrayPrototype);
  const texts = isOrdinary && names.length > 0 ? textsOf(names) : undefined;
  return texts && join(texts, ",");
}

/** A script that returns what `Function` makes of the texts; undefined if it would be another function. */
function scriptOf(texts: readonly string[]): string | undefined {
  const body = texts[texts.length - 1]!;
  const names = join(listOf(texts, texts.length - 1), ",");
  return testRegExp(NAMES, names) && !testRegExp(TELLING, names) && !testRegExp(TELLING, body)
    ? `return function anonymous(${names}\n) {\n${body}\n}`
    : undefined;
}
