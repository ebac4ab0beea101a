import type { Parts } from "./generator.ts";
import { type Context, inner } from "./names.ts";

export interface FunctionShape {
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
}

const PLAIN: FunctionShape = { isAsync: false, isGenerator: false };

/** Makes functions of all kinds. */
export class Functions {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  shape(): FunctionShape {
    const { choices } = this.#parts;
    return { isAsync: choices.chance(20), isGenerator: choices.chance(20) };
  }

  /** A small function without surprises. */
  plain(context: Context): string {
    const { choices } = this.#parts;
    if (context.depth > 6) return choices.of(["(v) => v", "function named(v) { return v; }", "() => tick()"]);
    return choices.chance(50)
      ? this.arrow(context)
      : `function ${this.#space()}(p) {${this.#body(this.#within(context, PLAIN, false))}}`;
  }

  arrow(context: Context): string {
    const { choices } = this.#parts;
    const isAsync = choices.chance(20);
    const at = inner(context, {
      isAsync,
      isGenerator: false,
      derived: false,
      inLoop: false,
      inSwitch: false,
      labels: [],
    });
    const params = choices.chance(30) ? "p" : this.#params(at);
    if (params === "p") at.names.add({ name: "p", held: "any", writable: true });
    const head = params === "p" && choices.chance(50) ? "p" : `(${params})`;
    const space = this.#space();
    const flat = space.includes("\n") ? " " : space;
    const before = `${isAsync ? `async${head === "p" ? " " : flat}` : ""}${head}${flat}=>`;
    const returns = context.inFunction;
    const body = choices.chance(40)
      ? `{${this.#body({ ...at, inFunction: true, hasArguments: context.hasArguments })}}`
      : `(${this.#parts.expressions.any(at)})`;
    // new.target is only allowed where a function is around.
    const safe = returns ? body : body.replaceAll("new.target?.name", "0");
    return `(${before} ${safe})`;
  }

  expression(context: Context): string {
    const { choices } = this.#parts;
    const shape = this.shape();
    const name = choices.chance(40) ? choices.of(["self", "f0", "v0", "named"]) : "";
    const at = this.#within(context, shape, false);
    if (name !== "") at.names.add({ name, held: shape.isGenerator ? "any" : "function", writable: true });
    return `(${this.#text(at, shape, name)})`;
  }

  declaration(context: Context, name: string, shape: FunctionShape): string {
    return this.#text(this.#within(context, shape, false), shape, name);
  }

  /** A method of an object literal or class. */
  member(context: Context, key: string, isStatic = ""): string {
    const shape = this.shape();
    const at = this.#within(context, shape, true);
    const before = `${isStatic}${shape.isAsync ? "async " : ""}${
      shape.isGenerator ? `*${this.#space()}` : ""
    }`;
    return `${before}${key}(${this.#params(at)}) {${this.#body(at)}}`;
  }

  accessor(context: Context, key: string, isStatic = ""): string {
    const { choices } = this.#parts;
    const at = this.#within(context, PLAIN, true);
    const space = this.#space();
    if (choices.chance(50)) return `${isStatic}get${space === "" ? " " : space}${key}() {${this.#body(at)}}`;
    at.names.add({ name: "p", held: "any", writable: true });
    return `${isStatic}set ${key}(p${choices.chance(30) ? ` = ${this.#parts.expressions.any(at)}` : ""}) {${
      this.#body(at)
    }}`;
  }

  #within(context: Context, shape: FunctionShape, inMethod: boolean): Context {
    return inner(context, {
      ...shape,
      inMethod,
      derived: false,
      inFunction: true,
      hasArguments: true,
      inLoop: false,
      inSwitch: false,
      labels: [],
      privates: inMethod ? context.privates : [],
    });
  }

  #text(at: Context, { isAsync, isGenerator }: FunctionShape, name: string): string {
    const params = this.#params(at);
    const async = isAsync ? "async " : "";
    return `${async}function${isGenerator ? "*" : ""} ${this.#space()}${name}(${params}) {${this.#body(at)}}`;
  }

  /** Parameters; defaults are evaluated in a scope of their own, may have effects and make closures. */
  #params(at: Context): string {
    const { choices, expressions } = this.#parts;
    const outer = { ...at, isAsync: false, isGenerator: false, depth: at.depth + 1 };
    // What calls itself there ends too.
    const value = () => `(tick(), ${expressions.any(outer)})`;
    const params: string[] = [];
    for (const name of ["p", "q", "r"].slice(0, choices.below(4))) {
      switch (choices.below(6)) {
        case 0:
        case 1:
          params.push(name);
          break;
        case 2:
          params.push(`${name} = ${value()}`);
          break;
        case 3:
          params.push(`{ x: ${name} = ${value()}, ...${name}s } = {}`);
          at.names.add({ name: `${name}s`, held: "object", writable: true });
          break;
        case 4:
          params.push(`[${name} = ${value()}] = []`);
          break;
        default:
          params.push(`{ ${expressions.key(outer)}: ${name} } = { x: 1, m: 2 }`);
      }
      at.names.add({ name, held: "any", writable: true });
    }
    if (choices.chance(15)) {
      params.push("...rest");
      at.names.add({ name: "rest", held: "list", writable: true });
    }
    return params.join(`,${this.#space()}`);
  }

  #body(at: Context): string {
    const { choices, statements, expressions } = this.#parts;
    const list = at.depth > 6 ? "" : statements.list(at, choices.below(4), false);
    const again = choices.chance(10) && at.names.has("p")
      ? `var p${choices.chance(50) ? ` = ${choices.below(9)}` : ""};\n`
      : "";
    return ` tick();\n${again}${list}\nreturn ${expressions.any(at)}; `;
  }

  /** What may stand between two tokens. */
  #space(): string {
    return this.#parts.choices.of(["", "", "", " ", "/* c */", "\n", "/*!cc:x:0*/ "]);
  }
}
