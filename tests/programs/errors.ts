class ParseError extends Error {
  override name = "ParseError";
  constructor(message: string, readonly line: number, options?: ErrorOptions) {
    super(message, options);
  }
}

interface Token {
  text: string;
}

function tokens(source: string): Token[] {
  return source.split(" ").map((text) => {
    if (text === "bad") throw new ParseError(`bad token`, 3);
    return { text };
  });
}

class Parser {
  #depth = 0;
  constructor(readonly source: string) {}
  parse(): number {
    this.#depth++;
    try {
      return this.inner().length;
    } catch (error) {
      throw new ParseError("cannot parse", this.#depth, { cause: error });
    }
  }
  inner() {
    return tokens(this.source);
  }
  async later() {
    await null;
    return this.inner();
  }
}

function attempt(source: string) {
  return new Parser(source).parse();
}

const make = () => (n: number): string => {
  if (n > 2) throw new RangeError("too big");
  return "ok";
};

function callBack(f: (n: number) => string) {
  return f(1) + f(3);
}

function nativeFrames(list: number[]) {
  return list.sort((a, b) => {
    if (a === 2) throw new TypeError("two");
    return a - b;
  });
}

function handled() {
  try {
    (null as any).x;
  } catch (error) {
    return (error as Error).stack;
  }
  return "";
}

class Base {
  static create(n: number): Base {
    return new this(n);
  }
  constructor(n: number) {
    if (n > 1) throw new SyntaxError("made up");
  }
}
class Derived extends Base {}

function report(act: () => unknown) {
  try {
    console.log(act());
  } catch (error) {
    const e = error as Error & { line?: number };
    console.log(e.stack, e.line, Object.keys(e), e instanceof Error, e.constructor.name);
    if (e.cause) console.log("cause:", (e.cause as Error).stack);
  }
}

report(() => attempt("a b c"));
report(() => attempt("a bad c"));
report(() => callBack(make()));
report(() => nativeFrames([3, 2, 1]));
report(handled);
report(() => Derived.create(2));
try {
  await new Parser("x bad").later();
} catch (error) {
  console.log((error as Error).stack);
}
console.log(await new Parser("x y").later());
const e = new Error("first", { cause: new AggregateError([new Error("inner")], "many") });
console.log((e as any).cause.errors.length, String(e), e.message);
