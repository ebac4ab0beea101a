import type { Parts } from "./generator.ts";
import type { Context, Held, Known } from "./names.ts";

/** Deeper than this only simple expressions are made. */
const DEEP = 7;

type Make = (context: Context) => string;

/** Makes expressions; each is safe to put between commas. */
export class Expressions {
  readonly #parts: Parts;
  readonly #kinds: readonly Make[];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#kinds = [
      (at) => this.number(at),
      (at) => this.name(at, "any"),
      (at) => this.text(at),
      (at) => this.list(at),
      (at) => this.#object(at),
      (at) => this.call(at),
      (at) => this.#member(at),
      (at) => parts.functions.arrow(at),
      (at) => parts.functions.expression(at),
      (at) => `${this.any(at)} ? ${this.any(at)} : ${this.any(at)}`,
      (at) => `(${this.any(at)}, ${this.any(at)})`,
      (at) => this.#assignment(at),
      (at) => `${parts.choices.of(["typeof", "void", "!"])} ${this.#operand(at)}`,
      (at) => `(${this.#operand(at)} ${parts.choices.of(["??", "||", "&&"])} ${this.#operand(at)})`,
      (at) => parts.classes.expression(at),
      (at) => this.#special(at),
      (at) => `looks(${this.name(at, "function")})`,
      (at) => this.#construct(at),
      (at) => `print(${this.any(at)})`,
    ];
  }

  any(context: Context): string {
    const at = { ...context, depth: context.depth + 1 };
    const { choices } = this.#parts;
    if (at.depth > DEEP) return choices.below(3) === 0 ? this.number(at) : this.name(at, "any");
    return this.#kinds[choices.below(this.#kinds.length)]!(at);
  }

  number(context: Context): string {
    const { choices } = this.#parts;
    if (context.depth > DEEP || choices.below(3) < 2) return String(choices.below(10));
    switch (choices.below(5)) {
      case 0:
        return this.name(context, "number");
      case 1:
        return `(${this.number(context)} ${choices.of(["+", "-", "*", "%", "|", "<", "===", "**"])} ${
          this.number(context)
        })`;
      case 2:
        return this.#update(context);
      case 3:
        return "(-1.5)";
      default:
        return `tick()`;
    }
  }

  text(context: Context): string {
    const { choices } = this.#parts;
    switch (choices.below(4)) {
      case 0:
        return `"${choices.of(["x", "key", "é\\u{1F600}", "\\n'", "cc:0"])}"`;
      case 1:
        return `cut(\`<\${typeof (${this.any(context)})}>\`)`;
      case 2:
        return `tag\`a\${${this.number(context)}}\\n\${${this.number(context)}}c\``;
      default:
        return `cut(${this.number(context)} + "s")`;
    }
  }

  list(context: Context): string {
    const items = this.#parts.choices.some(3, () => this.any(context));
    if (this.#parts.choices.chance(20)) items.push(`...${this.list(context)}`);
    if (this.#parts.choices.chance(10)) items.push("");
    return `[${items.join(", ")}${items.at(-1) === "" ? "," : ""}]`;
  }

  /** A name in reach that holds such a value, or else something simple that does. */
  name(context: Context, held: Held): string {
    const fits = context.names.all().filter((known) => held === "any" || known.held === held);
    if (fits.length > 0) return this.#parts.choices.of(fits).name;
    switch (held) {
      case "function":
        return this.#parts.functions.plain(context);
      case "generator":
        return `function* () { yield ${this.#parts.choices.below(3)}; }`;
      case "class":
        return "Object";
      default:
        return String(this.#parts.choices.below(10));
    }
  }

  /** A name that may be written to. */
  writable(context: Context): Known | undefined {
    const fits = context.names.all().filter((known) => known.writable);
    return fits.length === 0 ? undefined : this.#parts.choices.of(fits);
  }

  call(context: Context): string {
    const { choices } = this.#parts;
    const args = () => this.#arguments(context);
    const fn = () => this.name(context, "function");
    switch (choices.below(9)) {
      case 0:
        return `attempt(${fn()}${this.#more(context)})`;
      case 1:
        return `travel(${fn()}${this.#more(context)})`;
      case 2:
        return `(${fn()})(${args()})`;
      case 3:
        return `drain(${this.name(context, "generator")})`;
      case 4:
        return `[3, 1, 2].${choices.of(["map", "filter", "flatMap", "findLast"])}(${fn()})`;
      case 5:
        return `attempt(() => { return ${this.name(context, "any")}?.${choices.of(["x", "m", "length"])}?.(${
          this.#arguments(inArrow(context))
        }); })`;
      case 6:
        return `(${fn()}).${choices.of(["call", "bind"])}(${this.any(context)}${this.#more(context)})`;
      case 7:
        return `travel(${fn()}, ...${this.list(context)})`;
      default:
        return context.isAsync
          ? `await attempt(${fn()}${this.#more(context)})`
          : `Promise.resolve(attempt(${fn()})).then((v) => print("then", v), (e) => print("rejected", e))`;
    }
  }

  /** A property key: plain, quoted or computed with an effect. */
  key(context: Context): string {
    const { choices } = this.#parts;
    switch (choices.below(6)) {
      case 0:
      case 1:
        return choices.of(["x", "y", "m", "get", "async", "static"]);
      case 2:
        return choices.of(["'q r'", "7", "0x1f"]);
      case 3:
        return `[print("k") + ${choices.below(4)}]`;
      case 4:
        return "[Symbol.for('s')]";
      default:
        return context.depth > DEEP ? "z" : `[cut(String(typeof (${this.any(context)})))]`;
    }
  }

  #arguments(context: Context): string {
    return this.#parts.choices.some(3, () => this.any(context)).join(", ");
  }

  #more(context: Context): string {
    return this.#parts.choices.some(2, () => `, ${this.any(context)}`).join("");
  }

  /** Safe before and after an operator. */
  #operand(context: Context): string {
    return `(${this.any(context)})`;
  }

  #update(context: Context): string {
    const known = this.writable(context);
    if (known === undefined || known.held !== "number") return "1";
    return this.#parts.choices.of([`${known.name}++`, `--${known.name}`, `(${known.name} += 2)`]);
  }

  #assignment(context: Context): string {
    const known = this.writable(context);
    if (known === undefined) return "0";
    if (known.held === "number") return `(${known.name} = ${this.number(context)})`;
    if (known.held === "function") return `(${known.name} = ${this.#parts.functions.plain(context)})`;
    if (known.held !== "any") return known.name;
    switch (this.#parts.choices.below(4)) {
      case 0:
        return `(${known.name} = ${this.any(context)})`;
      case 1:
        return `(${known.name} ${this.#parts.choices.of(["??=", "||=", "&&="])} ${this.any(context)})`;
      case 2:
        return `([${known.name} = ${this.any(context)}] = ${this.list(context)})`;
      default:
        return `({ x: ${known.name} = ${this.any(context)} } = ${this.#object(context)})`;
    }
  }

  #member(context: Context): string {
    const { choices } = this.#parts;
    if (context.privates.length > 0 && choices.chance(60)) {
      const name = choices.of(context.privates);
      return choices.of([
        `this.#${name}`,
        `(#${name} in (${this.any(context)}))`,
        `attempt(() => this.#${name}++)`,
        `attempt(() => this.#${name})`,
      ]);
    }
    if (context.inMethod && !context.derived && choices.chance(30)) {
      return choices.of(["super.m", "super.toString", "super.x"]);
    }
    const object = `(${this.any(inArrow(context))})`;
    return choices.of([
      `${object}?.x`,
      `${object}?.["y"]`,
      `attempt(() => ${object}.x.y)`,
      `delete ${object}.x`,
    ]);
  }

  #construct(context: Context): string {
    const name = this.name(context, "class");
    return `attempt(() => new (${name})(${this.#arguments(inArrow(context))}))`;
  }

  #special(context: Context): string {
    const { choices } = this.#parts;
    const forms = [
      "typeof this",
      "/a[b/]+/gi.source",
      "10n ** 2n",
      "new Error('made')",
      "({}).x",
      "Symbol.iterator",
    ];
    if (context.inFunction) forms.push("new.target?.name");
    if (context.hasArguments) {
      forms.push("arguments.length", "arguments[0]", "[...arguments].length", "(() => arguments[1])");
    }
    if (context.isAsync) forms.push(`(await (${this.any(context)}))`);
    if (context.isGenerator) forms.push(`(yield ${this.any(context)})`, `(yield* [${this.any(context)}])`);
    return choices.of(forms);
  }

  #object(context: Context): string {
    const { choices, functions } = this.#parts;
    const members = choices.some(3, () => {
      switch (choices.below(6)) {
        case 0:
          return `${this.key(context)}: ${this.any(context)}`;
        case 1: {
          const known = context.names.all();
          return known.length > 0 ? choices.of(known).name : "x: 1";
        }
        case 2:
          return `...${this.list(context)}`;
        case 3:
          return functions.member(context, this.key(context));
        case 4:
          return functions.accessor(context, this.key(context));
        default:
          return `${this.key(context)}: ${functions.plain(context)}`;
      }
    });
    return `({ ${members.join(", ")} })`;
  }
}

/** An arrow neither awaits nor yields for the function around it. */
function inArrow(context: Context): Context {
  return { ...context, isAsync: false, isGenerator: false };
}
