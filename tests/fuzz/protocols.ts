import type { Parts } from "./generator.ts";
import { type Context, inner } from "./names.ts";

type Make = (at: Context) => string;

/** Makes statements in which the language calls the program: iteration, resources, accessors, templates, static blocks. */
export class Protocols {
  readonly #parts: Parts;
  readonly #kinds: readonly Make[];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#kinds = [
      (at) => this.#closed(at),
      (at) => this.#labels(at),
      (at) => this.#resources(at),
      (at) => this.#asyncExit(at),
      (at) => this.#heads(at),
      (at) => this.#templates(at),
      (at) => this.#pairs(at),
      (at) => this.#optional(at),
      (at) => this.#staticBlock(at),
      (at) => this.#superMethods(at),
      (at) => this.#iterators(at),
      (at) => this.#finally(at),
      (at) => this.#outerPrivate(at),
    ];
  }

  statement(at: Context): string {
    return this.#kinds[this.#parts.choices.below(this.#kinds.length)]!(at);
  }

  #any(at: Context): string {
    return this.#parts.expressions.any(at);
  }

  /** For code inside a function of its own. */
  #apart(at: Context, change: Partial<Context> = {}): Context {
    return inner(at, {
      ...{ isAsync: false, isGenerator: false, hasArguments: true, inFunction: true, inMethod: false },
      ...{ derived: false, labels: [], inLoop: false, inSwitch: false, privates: [] },
      ...change,
    });
  }

  #list(at: Context): string {
    return `${this.#parts.statements.list(at, this.#parts.choices.below(3), false)};`;
  }

  #leave(at: Context): string {
    return this.#parts.choices.of([
      "",
      `if (${this.#any(at)}) break;`,
      "break;",
      "continue;",
      `if (${this.#any(at)}) throw 1;`,
    ]);
  }

  #closed(at: Context): string {
    const own = this.#apart(at, { isGenerator: true });
    const [a, b] = [this.#any(own), this.#any(own)];
    const body = inner(at, { inLoop: true });
    return `try { const g = (function* () { try { yield ${a}; yield ${b}; } finally { print("closed"); ${
      this.#list(own)
    } } })(); for (const v of g) { print(v); ${this.#list(body)} ${
      this.#leave(body)
    } } print(g.return(3), g.next()); } catch (x) { print("left", x); }`;
  }

  #labels(at: Context): string {
    const { choices } = this.#parts;
    const body = inner(at, { inLoop: true });
    body.names.add({ name: "i", held: "number", writable: false });
    body.names.add({ name: "j", held: "number", writable: true });
    const jump = () =>
      choices.of(["", `if (${this.#any(body)}) continue outer;`, "break outer;", "continue;"]);
    return `{ const fs = []; outer: for (const i of [0, 1, 2]) { fs.push(() => i); for (let j = 0; j < 3; j++) { fs.push(() => [i, j++], (v) => j = v); ${jump()} ${
      this.#list(inner(body))
    } } } for (const f of fs.slice(0, 6)) print(travel(f, 7)); }`;
  }

  #resources(at: Context): string {
    const { choices } = this.#parts;
    const own = this.#apart(at);
    const resource = (name: string) =>
      `{ get name() { return "${name}"; }, [Symbol.dispose]() { print("dispose ${name}", typeof (${
        this.#any(own)
      })); }, async [Symbol.asyncDispose]() { print("later ${name}"); ${
        choices.chance(20) ? "throw new Error('disposing');" : ""
      } } }`;
    const waits = at.isAsync ? choices.of(["using", "await using"]) : "using";
    return `try { ${waits} r = ${resource("r")}; using s = ${
      choices.of([resource("s"), "null"])
    }; const f = () => [r.name, s?.name]; print(f()); ${
      this.#list(inner(at))
    } } catch (x) { print("left", x); }`;
  }

  #asyncExit(at: Context): string {
    if (!at.isAsync) return this.#closed(at);
    const own = this.#apart(at, { isAsync: true, isGenerator: true });
    const body = inner(at, { inLoop: true });
    return `try { let n = 0; for await (const v of (async function* () { try { yield n++; yield ${
      this.#any(own)
    }; yield (() => n)(); } finally { print("async closed", n); await 1; } })()) { const f = () => n++; print(v, f()); ${
      this.#leave(body)
    } } } catch (x) { print("left", x); }`;
  }

  #heads(at: Context): string {
    const { choices } = this.#parts;
    const body = inner(at, { inLoop: true });
    body.names.add({ name: "h", held: "any", writable: true });
    const kind = choices.of(["let", "const", "var"]);
    const pattern = choices.of([
      `{ x: h = ${this.#any(at)}, ...k }`,
      `[h = () => k, k = ${this.#any(at)}]`,
      `{ x: { length: h = () => tick() } = ${choices.of(["'abc'", "[]"])}, y: k }`,
      `{ [print("x")]: h, k = h }`,
    ]);
    const items = pattern.startsWith("[")
      ? "[[], [1, 2], 'ab']"
      : "[{ x: undefined, y: 1 }, { get x() { print('get'); return 2; } }]";
    return `try { const fs = []; for (${kind} ${pattern} of ${items}) { fs.push(() => [typeof h, k]${
      kind === "const" ? "" : ", () => k = 5"
    }); ${this.#list(inner(body))} ${
      this.#leave(body)
    } } for (const f of fs) print(travel(f)); } catch (x) { print("left", x); }`;
  }

  #templates(at: Context): string {
    const own = this.#apart(at);
    return `{ const t = (s, ...v) => (v.forEach((f) => typeof f === "function" && f.length), s); const f = () => t\`a\${${
      this.#any(own)
    }}\\u{41}\${() => f}\`; const [a, b] = [attempt(f), attempt(f)]; print(a === b, a?.raw, Object.isFrozen(a)); }`;
  }

  #pairs(at: Context): string {
    const own = this.#apart(at);
    return `{ let n = 0; const o = { get [print("k")]() { return n++; }, set ["k"](v) { n = v; ${
      this.#list(own)
    } }, ["f" + n]: () => ++n, async *["g"]() { yield n; } }; attempt(() => o.k = ${
      this.#any(own)
    }); print(o.k, travel(o.f0), Object.keys(o), o.f0.name, o.g.name, looks(Object.getOwnPropertyDescriptor(o, "k").set)); }`;
  }

  #optional(at: Context): string {
    const own = this.#apart(at);
    const any = () => `(${this.#any(own)})`;
    return `print(attempt(() => delete ${any()}?.x?.["y"]), attempt(() => ${any()}?.m?.(tick())?.x), attempt(() => ${any()}?.[${
      this.#any(own)
    }]?.()), attempt(() => (${any()}?.x).y));`;
  }

  #staticBlock(at: Context): string {
    const own = this.#apart(at, { hasArguments: false });
    return `{ let n = 0; class S { static #c = ${
      this.#parts.choices.below(3)
    }; static m() { return [this === S, n]; } static { const self = this; this.up = () => (n++, ++S.#c); this.who = () => [self.name, super.toString === Object.toString]; ${
      this.#list(own)
    } var kept = n; this.down = () => kept--; } static get c() { return S.#c; } static last = (() => S.#c)(); } print(travel(S.up), S.c, n, S.who(), S.m(), travel(S.down), S.last, looks(S.up)); }`;
  }

  #superMethods(at: Context): string {
    const own = this.#apart(at);
    return `{ const base = { m(p) { return [p, this.x]; }, get x() { return "base"; }, set x(v) { print("set", v); } }; const o = { __proto__: base, m(p = ${
      this.#any(own)
    }) { const f = () => super.m(typeof p); return [travel(f), attempt(() => super.x), (() => () => super["m"](1))()()]; }, get x() { return [super.x, travel(() => super.x)]; }, async a() { return super.x; } }; print(attempt(() => o.m()), o.x); o.a().then((v) => print("a", v)); }`;
  }

  #iterators(at: Context): string {
    const { choices, expressions } = this.#parts;
    const own = this.#apart(at);
    const asked = () => choices.of(["values()", "keys()", "entries()", "map((v) => typeof v)"]);
    return `try { const same = (v) => v, o = { list: ${
      expressions.list(own)
    }, get again() { print("again"); return this.list; } }; const it = o.again.${asked()}, other = { it: same(${
      this.#any(own)
    })?.${
      choices.of(["values()", "entries()"])
    } }; print(typeof it.next, attempt(() => it.next()), [...it].length, typeof other.it); } catch (x) { print("left", x); }`;
  }

  #finally(at: Context): string {
    const own = this.#apart(at, { inLoop: true });
    return `print(attempt(function f(n = 0) { for (;;) { try { if (n++ > 2) return ${this.#any(own)}; ${
      this.#list(own)
    } ${
      this.#leave(own)
    } } catch (x) { print("caught", x); if (n > 3) return () => x; } finally { print("finally", n); ${
      this.#parts.choices.of(["", "if (n > 4) break;", "if (n === 2) continue;"])
    } } if (n > 5) break; } return n; }));`;
  }

  #outerPrivate(at: Context): string {
    const own = this.#apart(at);
    return `{ class O { #p = ${
      this.#any(own)
    }; #q() { return "q"; } static f(o) { const get = () => o.#p, q = (v) => #q in v; class I { #p = 1; r() { return [o.#q(), this.#p]; } s() { return travel(() => [o.#q(), this.#p]); } } return [typeof travel(get), travel(q, o), attempt(() => new I().r()), attempt(() => new I().s())]; } } print(attempt(() => O.f(new O()))); }`;
  }
}
