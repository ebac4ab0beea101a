import type { Parts } from "./generator.ts";
import { type Context, inner } from "./names.ts";

/** Makes classes: fields, private names, accessors, static blocks, heritage. */
export class Classes {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  expression(context: Context): string {
    const { choices } = this.#parts;
    return `(${this.#text(context, choices.chance(30) ? choices.of(["C", "named"]) : "")})`;
  }

  declaration(context: Context, name: string): string {
    return this.#text(context, name);
  }

  #text(context: Context, name: string): string {
    const { choices, expressions } = this.#parts;
    const derived = choices.chance(30);
    const heritage = derived ? ` extends (${expressions.name({ ...context, sloppy: false }, "class")})` : "";
    const privates = choices.some(2, (index) => ["secret", "m"][index]!);
    const at = inner(context, {
      sloppy: false,
      privates: [...privates, ...context.privates],
      inMethod: true,
    });
    const initialiser = inner(at, {
      isAsync: false,
      isGenerator: false,
      hasArguments: false,
      inFunction: true,
      derived: false,
      labels: [],
      inLoop: false,
      inSwitch: false,
    });
    const members = privates.map((item) => this.#private(at, initialiser, item));
    members.push(...choices.some(4, () => this.#member(at, initialiser)));
    if (choices.chance(40)) members.push(this.#maker(at, derived));
    return `class${choices.of([" ", " ", "/* c */ ", "\n"])}${name}${heritage} {\n${members.join("\n")}\n}`;
  }

  #private(at: Context, initialiser: Context, name: string): string {
    const { choices, functions, expressions } = this.#parts;
    const isStatic = choices.chance(20) ? "static " : "";
    switch (choices.below(4)) {
      case 0:
        return `${isStatic}#${name};`;
      case 1:
        return `${isStatic}#${name} = ${expressions.any(initialiser)};`;
      case 2:
        return functions.member(at, `#${name}`, isStatic);
      default:
        return functions.accessor(at, `#${name}`, isStatic);
    }
  }

  #member(at: Context, initialiser: Context): string {
    const { choices, functions, expressions, statements } = this.#parts;
    const isStatic = choices.chance(30) ? choices.of(["static ", "static /* s */ ", "static\n"]) : "";
    const outside = { ...at, privates: [], inMethod: false, isGenerator: false, isAsync: false };
    const key = () => expressions.key(outside);
    switch (choices.below(6)) {
      case 0:
        return functions.member(at, key(), isStatic);
      case 1:
        return functions.accessor(at, key(), isStatic);
      case 2:
        return `${isStatic}${key()} = ${expressions.any(initialiser)};`;
      case 3:
        return `static { ${statements.list(initialiser, choices.below(3), false)} }`;
      case 4:
        return `${isStatic}y${choices.below(3)};`;
      default:
        return `${isStatic}h${choices.below(3)} = ${functions.arrow(initialiser)};`;
    }
  }

  #maker(at: Context, derived: boolean): string {
    const { choices, expressions, statements } = this.#parts;
    const inside = inner(at, {
      isAsync: false,
      isGenerator: false,
      inFunction: true,
      hasArguments: true,
      derived: false,
      labels: [],
      inLoop: false,
      inSwitch: false,
    });
    inside.names.add({ name: "p", held: "any", writable: true });
    const call = derived ? `super(${expressions.any({ ...inside, derived: true, privates: [] })});` : "";
    return `constructor(p) { tick(); ${call}\n${statements.list(inside, choices.below(3), false)} }`;
  }
}
