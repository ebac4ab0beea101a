import type { Parts } from "./generator.ts";
import { type Context, type Held, inner } from "./names.ts";

const LEXICAL = ["a", "b", "c", "d", "e"];
const FUNCTIONS = ["f0", "f1", "f2", "of", "async"];
const CLASSES = ["A", "B", "C"];
const VARS = ["v0", "v1", "v2"];

type Make = (at: Context) => string;

/** Makes statements. */
export class Statements {
  readonly #parts: Parts;
  readonly #kinds: readonly Make[];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#kinds = [
      (at) => `print(${parts.expressions.any(at)});`,
      (at) => this.#declare(at),
      (at) => this.#declare(at),
      (at) => this.#function(at),
      (at) => this.#function(at),
      (at) => this.#class(at),
      (at) => this.#destructure(at),
      (at) => this.#expression(at),
      (at) =>
        `if (${parts.expressions.any(at)}) ${this.#block(at)}${
          parts.choices.chance(40) ? ` else ${this.#block(at)}` : ""
        }`,
      (at) => this.#loop(at),
      (at) => this.#try(at),
      (at) => this.#switch(at),
      (at) => this.#jump(at),
      (at) => this.#block(at),
      (at) => this.#labelled(at),
      (at) => this.#consume(at),
      (at) => `print(travel(${parts.expressions.name(at, "function")}, ${parts.expressions.any(at)}));`,
      (at) => this.#sloppy(at),
      (at) => parts.protocols.statement(at),
      (at) => parts.protocols.statement(at),
    ];
  }

  /** Statements one a line; at the top level an error in one is shown and the next one goes on. */
  list(context: Context, count: number, top: boolean): string {
    const lines: string[] = [];
    for (let i = 0; i < count; i++) lines.push(this.#statement(context, top));
    return this.#join(lines);
  }

  #statement(context: Context, top: boolean): string {
    const { choices } = this.#parts;
    const at = { ...context, depth: context.depth + 1 };
    if (at.depth > 6) return `print(${this.#parts.expressions.name(at, "any")});`;
    const text = this.#kinds[choices.below(this.#kinds.length)]!(at);
    const guard = top && !/^(let|const|var|class|function|async|using)\b/.test(text);
    return guard ? `try { ${text} } catch (x) { print("caught", x); }` : text;
  }

  /** Leaves some semicolons to the parser. */
  #join(lines: readonly string[]): string {
    return lines.map((line, i) => {
      const next = lines[i + 1] ?? "}";
      return /^[\w}]/.test(next) && line.endsWith(";") && this.#parts.choices.chance(20)
        ? line.slice(0, -1)
        : line;
    }).join("\n");
  }

  #fresh(at: Context, pool: readonly string[]): string | undefined {
    const free = pool.filter((name) => !at.names.has(name));
    return free.length === 0 ? undefined : this.#parts.choices.of(free);
  }

  #declare(at: Context): string {
    const { choices, expressions, functions } = this.#parts;
    const kind = choices.of(["const", "let", "let", "var"] as const);
    const name = this.#fresh(at, kind === "var" ? VARS : LEXICAL);
    if (name === undefined) return `print(${expressions.any(at)});`;
    const [held, value] = choices.of<() => [Held, string]>([
      () => ["number", expressions.number(at)],
      () => ["any", expressions.any(at)],
      () => ["function", functions.plain(at)],
      () => ["list", expressions.list(at)],
      () => ["class", this.#parts.classes.expression(at)],
    ])();
    at.names.add({ name, held, writable: kind !== "const" || choices.chance(3) });
    return `${kind} ${name} = ${value};`;
  }

  #function(at: Context): string {
    const { choices, functions } = this.#parts;
    const name = this.#fresh(at, FUNCTIONS);
    if (name === undefined) return "";
    const shape = functions.shape();
    at.names.add({
      name,
      held: shape.isGenerator ? (shape.isAsync ? "any" : "generator") : "function",
      writable: choices.chance(20),
    });
    const text = functions.declaration(at, name, shape);
    return shape.isAsync && shape.isGenerator && at.isAsync ? `${text}\nawait each(${name});` : text;
  }

  #class(at: Context): string {
    const name = this.#fresh(at, CLASSES);
    if (name === undefined) return "";
    const text = this.#parts.classes.declaration(at, name);
    at.names.add({ name, held: "class", writable: false });
    return text;
  }

  #destructure(at: Context): string {
    const first = this.#fresh(at, LEXICAL);
    if (first === undefined) return "";
    const [pattern, value] = this.#pattern(at, { name: first, depth: 0 });
    // Before its name is known: an initialiser that refers to itself is rare enough.
    const text = `let ${pattern} = ${value};`;
    at.names.add({ name: first, held: "any", writable: true });
    return text;
  }

  /** A pattern, and a value that it takes apart. */
  #pattern(at: Context, { name, depth }: { name: string; depth: number }): [string, string] {
    const { choices, expressions } = this.#parts;
    const kind = choices.below(depth > 2 ? 1 : 5);
    if (kind === 0) {
      return depth > 0 ? [name, choices.of([expressions.number(at), "undefined"])] : [`[${name}]`, "[1]"];
    }
    const [pattern, value] = this.#pattern(at, { name, depth: depth + 1 });
    const otherwise = choices.chance(50) ? ` = ${value}` : "";
    const held = otherwise === "" ? value : choices.of([value, "undefined"]);
    switch (kind) {
      case 1:
        return [`[${pattern}${otherwise}, ...${name}s${depth}]`, `[${held}, ${expressions.any(at)}]`];
      case 2:
        return [
          `{ x: ${pattern}${otherwise}, ...${name}s${depth} }`,
          `({ x: ${held}, y: ${expressions.any(at)} })`,
        ];
      case 3:
        return [`[, ${pattern}${otherwise}]`, `(function* () { yield print("first"); yield ${held}; })()`];
      default:
        return [
          `{ [print("x")]: ${pattern}${otherwise} }`,
          `({ get x() { print("get"); return ${held}; } })`,
        ];
    }
  }

  #expression(at: Context): string {
    const text = this.#parts.expressions.any(at);
    return /^[a-zA-Z0-9_(]/.test(text) && !/^(function|class|let|async)\b/.test(text)
      ? `${text};`
      : `(${text});`;
  }

  #block(at: Context): string {
    return `{ ${this.list(inner(at), this.#parts.choices.below(4), false)} }`;
  }

  #loop(at: Context): string {
    const { choices, expressions } = this.#parts;
    const body = inner(at, { inLoop: true });
    const name = this.#fresh(body, LEXICAL) ?? "a";
    const inside = () => this.#block(body);
    switch (choices.below(7)) {
      case 0:
        body.names.add({ name, held: "number", writable: false });
        return `for (let ${name} = 0; ${name} < ${choices.below(4)}; ${name}++) ${inside()}`;
      case 1:
        body.names.add({ name, held: "number", writable: true });
        return this.#closuresInHead(name, choices.chance(50) ? inside() : `keep(() => ${name}++);`);
      case 2:
        body.names.add({ name, held: "any", writable: true });
        return `for (${choices.of(["let", "const", "var"])} ${name}_ of ${expressions.list(at)}) ${inside()}`;
      case 3:
        body.names.add({ name, held: "any", writable: false });
        return `for (const ${name} in ({ x: 1, y: 2 })) ${inside()}`;
      case 4:
        return `while (tick() % 3) ${inside()}`;
      case 5:
        return `do ${inside()} while (tick() % 2)`;
      default:
        body.names.add({ name, held: "any", writable: true });
        return at.isAsync
          ? `for await (const ${name} of ${expressions.list(at)}) ${inside()}`
          : `for (const { x: ${name} = ${expressions.any(at)} } of [{}, { x: 1 }]) ${inside()}`;
    }
  }

  /** Closures over the head's variable that travel while the loop is in its head; `body` may keep some more. */
  #closuresInHead(name: string, body: string): string {
    const { choices } = this.#parts;
    const travels = () =>
      choices.of([`travel(() => ${name}++)`, `travel(() => ${name})`, `keep(() => ${name} += 2)`, "0"]);
    return `{ const kept = [], keep = (g) => (kept.push(g), g()); for (let ${name} = 0, g = () => ${name}++, h = ${
      choices.of(["g()", "travel(g)", "keep(g)"])
    }; ${travels()}, tick() && ${name} < 4; ${travels()}, ${name}++, ${travels()}, print(g(), ${name})) ${body}
for (const g of kept) print(g(), travel(g)); }`;
  }

  #try(at: Context): string {
    const { choices } = this.#parts;
    const caught = inner(at);
    caught.names.add({ name: "x", held: "any", writable: true });
    const finish = choices.chance(40) ? ` finally ${this.#block(at)}` : "";
    return `try ${this.#block(at)} catch ${choices.chance(20) ? "" : "(x) "}{ print("caught"); ${
      this.list(inner(caught), choices.below(3), false)
    } }${finish}`;
  }

  #switch(at: Context): string {
    const { choices, expressions } = this.#parts;
    const body = inner(at, { inSwitch: true });
    const clauses = choices.some(
      3,
      (index) =>
        `${index === 2 ? "default" : `case ${expressions.any(at)}`}: ${
          this.list(body, choices.below(3), false)
        }${choices.chance(50) ? "\nbreak;" : ""}`,
    );
    return `switch (${expressions.any(at)}) { ${clauses.join("\n")} }`;
  }

  #jump(at: Context): string {
    const { choices, expressions } = this.#parts;
    const jumps: string[] = [
      `if (${expressions.any(at)}) throw ${choices.of(["new TypeError('thrown')", "1", "null"])};`,
    ];
    if (at.inLoop) jumps.push(`if (${expressions.any(at)}) continue;`, "break;");
    if (at.labels.length > 0) jumps.push(`break ${choices.of(at.labels)};`);
    if (at.inFunction && at.hasArguments) {
      jumps.push(`if (${expressions.any(at)}) return ${expressions.any(at)};`);
    }
    const jump = choices.of(jumps);
    return at.depth < 3 && jump.includes("throw") ? `try { ${jump} } catch (x) { print(x); }` : jump;
  }

  #labelled(at: Context): string {
    const label = `l${at.depth}`;
    const inside = inner(at, { labels: [...at.labels, label] });
    return `${label}: ${this.#block(inside)}`;
  }

  #consume(at: Context): string {
    const { choices, expressions } = this.#parts;
    const name = expressions.name(at, "generator");
    const kinds = [`print(...drain(${name}));`, `for (const v of drain(${name})) print(v);`];
    if (at.isAsync) kinds.push(`await each(${name});`);
    return choices.of(kinds);
  }

  /** What only sloppy code may do. */
  #sloppy(at: Context): string {
    const { choices, expressions } = this.#parts;
    if (!at.sloppy) return `print(looks(${expressions.name(at, "function")}));`;
    const kinds = [
      `with ({ x: 1, a: ${expressions.any(at)} }) { print(typeof a, x); ${
        this.list(inner(at), choices.below(3), false)
      } }`,
      `if (${expressions.any(at)}) function f0() { return 1; }`,
      `print(typeof f1); { function f1() { return ${expressions.any(inner(at))}; } } print(typeof f1);`,
      `print(delete v9, typeof v9, 010);`,
    ];
    if (at.hasArguments) {
      kinds.push(`arguments[0] = ${expressions.any(at)};`, "print(typeof arguments.callee);");
    }
    return choices.of(kinds);
  }
}
