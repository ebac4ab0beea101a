import { isMade, NODE_WORKERS, NODE_WORKERS_URL } from "./constants.ts";
import { expressionPieces, givenStyle, makerParameters } from "./doors.ts";
import { isWritable } from "./captures.ts";
import { accessorText } from "./insertions.ts";
import { instrument } from "./instrument.ts";
import type { ModuleAnalysis, Node, Site, Variable } from "./model.ts";
import type { Piece, Renderer, Style } from "./render.ts";
import type { ModuleTable } from "./table.ts";

/** A module text and which stretches of it are the person's own: `[offset here, offset in the source, length]`. */
export interface Form {
  readonly text: string;
  readonly chunks: readonly (readonly [number, number, number])[];
}

/** Where a closure's maker runs: in the guest module's own scope, or on the device, outside of every scope. */
export type MakerPlace = "guest" | "device";

/**
 * One analysed module in all its forms: as the device runs it, as a guest holds it (every binding, nothing evaluated),
 * and as makers that bring single closures and classes into being around given scope instances.
 */
export class ModuleForms {
  readonly #analysis: ModuleAnalysis;
  readonly #renderer: Renderer;
  readonly #table: ModuleTable;
  readonly #prefix: string;
  readonly #isMade: boolean;

  constructor(analysis: ModuleAnalysis, table: ModuleTable, points: ReadonlySet<number>) {
    this.#analysis = analysis;
    this.#table = table;
    this.#prefix = table.prefix;
    this.#isMade = isMade(table.url);
    this.#renderer = instrument(analysis, { key: table.key, points });
  }

  /** The module as the device runs it. `points` are the sites with a migration point. */
  device(points: readonly number[]): Form {
    const { source, isModule, metas } = this.#analysis;
    const p = this.#prefix;
    const homes = this.#analysis.root.homes.map(({ name }) => `,${name}`);
    const variables = [...points.map((index) => `,${p}M${index}`), ...homes].join("");
    const controls = ["K", "I", ...points.map((index) => `M${index}`)].map((name, i) =>
      `case ${i}:${p}${name}=v;return`
    );
    const call = `${p}R(${JSON.stringify(this.#table.key)},${
      this.#accessor(nativeStyle(p, true))
    },function(n,v){switch(n){${controls.join(";")}}}${
      isModule && metas.length > 0 ? ",void 0,import.meta" : ""
    })`;
    const register = isModule
      ? `import{register as ${p}R}from"clonecloud:runtime";`
      : this.#isMade
      ? `(function(${p}R){`
      : `const ${p}R=module._compile;`;
    const prelude =
      `${register}var ${p}K,${p}I,${p}L${variables},${p}C=${call};${this.#helpers()}${this.#making()}` +
      (this.#isMade ? "return()=>{" : "");
    const at = this.#preludeAt();
    const style = nativeStyle(p, true);
    return toForm([
      ...this.#renderer.pieces(0, at, style),
      { text: at > 0 && !/[;\n]/.test(source[at - 1]!) ? `;${prelude}` : prelude, from: -1 },
      ...this.#renderer.pieces(at, source.length, style),
      { text: this.#isMade ? "}})" : "", from: -1 },
    ]);
  }

  /**
   * The module as a guest holds it: bindings, function declarations, imports and exports; no statement of it runs.
   * Reads of the `uninitialised` bindings are checked.
   */
  guest(uninitialised: ReadonlySet<string>): Form {
    return this.#analysis.isModule ? this.#guestModule(uninitialised) : this.#guestScript(uninitialised);
  }

  /**
   * An expression that makes a function of `(scope instances…, heritage, computed names)`, which makes a closure or class of
   * that site.
   * On the device the prefixed `E` stands for the module's bindings and the rewriter's own names.
   */
  maker(index: number, place: MakerPlace, uninitialised: ReadonlySet<string>): Form {
    const site = this.#analysis.sites[index]!;
    const p = this.#prefix;
    return toForm([
      {
        text: `(function(${makerParameters(site, p)}){${site.isStrict ? '"use strict";' : ""}return `,
        from: -1,
      },
      ...expressionPieces(site, {
        renderer: this.#renderer,
        prefix: p,
        style: makerStyle(p, site, place, uninitialised),
      }),
      { text: "})", from: -1 },
    ]);
  }

  // Guest forms

  #guestModule(uninitialised: ReadonlySet<string>): Form {
    const p = this.#prefix;
    const style = guestStyle(p, uninitialised);
    const { imports, exports } = this.#links();
    const names = this.#bindingNames();
    const head = [
      ...imports,
      `import{register as ${p}R,checked as ${p}T,pick as ${p}P,above as ${p}U}from"clonecloud:runtime";`,
      names.length > 0 ? `let ${names.join(",")};` : "",
      `var ${p}K,${p}I,${p}L,${p}D;`,
      this.#analysis.metas.length > 0 ? `const ${p}A=import.meta;` : "",
      `const ${p}C=${p}R(${JSON.stringify(this.#table.key)},${
        this.#accessor(style)
      },${this.#guestControls()},s=>eval(s),import.meta);`,
      this.#helpers(),
      this.#making(),
      ...exports,
    ];
    return toForm([{ text: head.join("\n") + "\n", from: -1 }, ...this.#declarations(style)]);
  }

  #guestScript(uninitialised: ReadonlySet<string>): Form {
    const p = this.#prefix;
    const style = guestStyle(p, uninitialised);
    const { source, program } = this.#analysis;
    const directives = program.body.filter((item: Node) => typeof item.directive === "string");
    const strict = directives.map((item: Node) => `${source.slice(item.start, item.end)};`).join("");
    const names = [...this.#bindingNames(), `${p}this`, `${p}arguments`];
    const head =
      `(function(${p}R,${p}T,${p}P,${p}U){${strict}var ${names.join(",")},${p}K,${p}I,${p}L,${p}C=` +
      `${p}R(${JSON.stringify(this.#table.key)},${
        this.#accessor(style)
      },${this.#guestControls()},s=>eval(s));${this.#helpers()}${this.#making()}\n`;
    return toForm([{ text: head, from: -1 }, ...this.#declarations(style), { text: "})", from: -1 }]);
  }

  /** Hoisted: functions of modules that import each other can be called before their module has begun. */
  #helpers(): string {
    const p = this.#prefix;
    const { keptIterators, sites } = this.#analysis;
    const notes = sites.some(({ keyed }) => keyed.some(({ member }) => member === null));
    const noter = notes ? fieldNoter(`${p}N`, `${p}L`) : "";
    if (keptIterators.length === 0) return noter;
    return `${noter}var ${p}Z;function ${p}V(n,x,i){return ${p}C===void 0?i:${p}C.keep(n,x,i)}` +
      `function ${p}W(x,n,t){if(${p}C!==void 0)${p}C.check(x,n,t,${p}W);return x}`;
  }

  /** What {@linkcode instrument} puts around calls of `Function`; hoisted likewise. */
  #making(): string {
    if (this.#analysis.madeCalls.length === 0) return "";
    const p = this.#prefix;
    return `var ${p}X;function ${p}B(f,a,n){return ${p}C===void 0||${p}C.made===void 0?{args:a}:${p}C.made(f,a,n)}` +
      `function ${p}F(x,f){return x.take===void 0?f:x.take(f)}`;
  }

  #guestControls(): string {
    return `(n,v)=>{switch(n){case 0:${this.#prefix}K=v;return;case 1:${this.#prefix}I=v}}`;
  }

  /** Module bindings that a guest declares itself: all but imports and function declarations. */
  #bindingNames(): string[] {
    const declared = new Set(this.#topFunctions().map((node) => node.id.name));
    return this.#analysis.root.captured
      .filter((variable) =>
        variable.kind !== "import" && variable.kind !== "pseudo" && !declared.has(variable.name)
      )
      .map((variable) => variable.name);
  }

  #topFunctions(): Node[] {
    const statements = this.#analysis.program.body.map((item: Node) =>
      /^Export(Named|Default)/.test(item.type) ? item.declaration : item
    );
    const functions = statements.filter((item: Node) => item?.type === "FunctionDeclaration" && item.id);
    // Of several declarations of one name the last one counts.
    return functions.filter((item: Node, i: number) =>
      !functions.slice(i + 1).some((later: Node) => later.id.name === item.id.name)
    );
  }

  #declarations(style: Style): Piece[] {
    return this.#topFunctions().flatMap((
      node,
    ) => [...this.#renderer.pieces(node.start, node.end, style), { text: "\n", from: -1 }]);
  }

  /** Import and export statements of the guest form. */
  #links(): { imports: string[]; exports: string[] } {
    const { root } = this.#analysis;
    const imports: string[] = [];
    for (const binding of this.#table.bindings) {
      if (binding.kind !== "import" || root.variables.get(binding.name)?.captured !== true) continue;
      const from = specifier(binding.from);
      const what = binding.imported === "*"
        ? `*as ${binding.name} `
        : `{${quoted(binding.imported!)} as ${binding.name}}`;
      imports.push(`import ${what}from${from};`);
    }
    const exports: string[] = [];
    for (const entry of this.#table.exports) {
      const name = quoted(entry.name);
      if (entry.from !== undefined) {
        exports.push(
          entry.imported === "*"
            ? `export*as ${name} from${specifier(entry.from)};`
            : `export{${quoted(entry.imported!)} as ${name}}from${specifier(entry.from)};`,
        );
      } else {
        const binding = this.#table.bindings[entry.binding]!;
        exports.push(`export{${binding.kind === "default" ? `${this.#prefix}D` : binding.name} as ${name}};`);
      }
    }
    for (const from of this.#table.stars) exports.push(`export*from${specifier(from)};`);
    return { imports, exports };
  }

  // Shared parts

  #preludeAt(): number {
    const { program, source } = this.#analysis;
    // A file that is nothing but a line for the shell has nothing to register.
    let at = source.startsWith("#!") ? source.indexOf("\n") + 1 || source.length : 0;
    for (const statement of program.body) {
      if (typeof statement.directive !== "string") break;
      at = statement.end;
    }
    return at;
  }

  /** `(n,w,v)=>…`: reads or writes the module's binding n. */
  #accessor(style: Style): string {
    const p = this.#prefix;
    const guest = !style.points;
    const cases = this.#table.bindings.map((binding, n) => {
      if (binding.kind === "default") return guest ? `case ${n}:return ${p}w?${p}D=${p}v:${p}D` : "";
      const variable = this.#analysis.root.variables.get(binding.name)!;
      const text = guest && binding.kind === "pseudo" ? `${p}${binding.name}` : binding.name;
      const writable = guest ? binding.kind !== "import" : isWritable(variable);
      return `case ${n}:return ${writable ? `${p}w?${text}=${p}v:` : ""}${text}`;
    });
    const variables = guest ? [] : this.#analysis.root.captured;
    return accessorText(cases.filter((text) => text !== "").join(";"), { prefix: p, variables });
  }
}

/** With a name it notes that and gives an object that stands for it, as `new` gives nothing else; without, it forgets the last. */
function fieldNoter(name: string, list: string): string {
  return `function ${name}(v){if(arguments.length===0){${list}=${list}.n;return}${list}={n:${list},v};` +
    `return typeof v==="object"&&v!==null||typeof v==="function"?v:{__proto__:null,toString(){return v}}}`;
}

function quoted(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function toForm(pieces: readonly Piece[]): Form {
  const chunks: [number, number, number][] = [];
  const texts: string[] = [];
  let at = 0;
  for (const piece of pieces) {
    if (piece.from >= 0) chunks.push([at, piece.from, piece.standsFor ? 1 : piece.text.length]);
    texts.push(piece.text);
    at += piece.text.length;
  }
  return { text: texts.join(""), chunks };
}

const PLAIN = { making: null, moving: null, apart: false } as const;

function nativeStyle(prefix: string, points: boolean): Style {
  return {
    ...PLAIN,
    ref: (variable) => variable.name,
    own: (name) => prefix + name,
    points,
    watches: false,
    renames: false,
  };
}

function guestStyle(prefix: string, uninitialised: ReadonlySet<string>): Style {
  return {
    ...PLAIN,
    ref: (variable, read) => rootRef(prefix, variable, read, uninitialised),
    own: (name) => prefix + name,
    points: false,
    watches: true,
    renames: true,
  };
}

function rootRef(
  prefix: string,
  variable: Variable,
  read: boolean,
  uninitialised: ReadonlySet<string>,
): string {
  if (variable.scope.kind !== "root") return variable.name;
  const name = variable.kind === "pseudo" ? prefix + variable.name : variable.name;
  return read && uninitialised.has(variable.name)
    ? `(${prefix}T(${name},${JSON.stringify(variable.name)}))`
    : name;
}

/** Captured variables are properties of the scope instances the maker is given; the site's own stay as they are. */
function makerStyle(
  prefix: string,
  site: Site,
  place: MakerPlace,
  uninitialised: ReadonlySet<string>,
): Style {
  const given = givenStyle(prefix, site);
  const ref = (variable: Variable, read: boolean): string => {
    if (variable.scope.kind !== "root") return given.ref(variable, read) ?? variable.name;
    return place === "guest" ? rootRef(prefix, variable, read, uninitialised) : `${prefix}E.${variable.name}`;
  };
  const own = (name: string): string =>
    given.own(name) ??
      (place === "device" && !/^s\d+$/.test(name) ? `${prefix}E.${prefix}${name}` : prefix + name);
  return {
    ref,
    own,
    points: false,
    watches: place === "guest",
    making: site,
    moving: null,
    apart: true,
    renames: true,
  };
}

/** An import's specifier, quoted: Deno asks no hook what `node:worker_threads` means. */
function specifier(from: string | undefined): string {
  return JSON.stringify(NODE_WORKERS.includes(from!) ? NODE_WORKERS_URL : from);
}
