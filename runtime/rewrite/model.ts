import type { MadeCall } from "./made_code.ts";

/** What the analysis of one module finds: scopes, variables, references and sites. Positions are offsets in its text. */

/** An ESTree node as acorn makes it. */
// deno-lint-ignore no-explicit-any
export type Node = any;

export type ScopeKind = "root" | "function" | "block" | "loop" | "class" | "initialiser";

export type VariableKind =
  | "var"
  | "let"
  | "const"
  | "class"
  | "function"
  | "param"
  | "catch"
  | "import"
  | "self"
  | "pseudo";

/** A declared variable, or one of the pseudo-variables `this`, `arguments`, `new.target` of a function. */
export interface Variable {
  readonly name: string;
  kind: VariableKind;
  readonly scope: Scope;
  /** Some inner site refers to it. */
  captured: boolean;
  /** Written after its initialisation, so that closures that share it must share it after a migration too. */
  mutable: boolean;
  /** Written in the test or update of the loop whose head declares it: only closures born there see that. */
  writtenInHead: boolean;
  /** A closure can see it before it is initialised. */
  early: boolean;
  /** Index in its scope's captured variables; -1 until captured. */
  index: number;
  /** End of the declaration that initialises it; 0 for those initialised on entry. */
  declaredAt: number;
}

export interface Scope {
  readonly kind: ScopeKind;
  readonly node: Node;
  readonly parent: Scope | null;
  readonly variables: Map<string, Variable>;
  /** The site whose code the scope belongs to; null for top-level code. */
  readonly site: Site | null;
  /** Where `let` for the scope's identity can be put; -1 if nowhere. */
  identityAt: number;
  /** Closures are born in its parameters, or in the pattern of its head: its identity has to stand there too. */
  headed: boolean;
  /** What stands for object literals whose methods use `super`. */
  readonly homes: Variable[];
  /** Captured variables, in index order. */
  readonly captured: Variable[];
  /** Index among the module's capturable scopes; -1 if nothing of it is captured, or for the root. */
  index: number;
}

export interface Reference {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly scope: Scope;
  readonly site: Site | null;
  readonly write: boolean;
  readonly read: boolean;
  /** `{x}`: the property name must be written out when the variable is renamed. */
  readonly shorthand: boolean;
  /** `x()`: the callee must not become a member expression. */
  readonly callee: boolean;
  /** It starts a statement: a parenthesis there would go on with the line before. */
  readonly leads: boolean;
  /** Written in the head of the loop that declares it: each round has its own copy. */
  readonly loopHead: boolean;
  /** Means the variable without naming it. */
  readonly silent: boolean;
  /** In the body of a `with` statement: it may mean another name's variable, and can't be renamed. */
  readonly inWith: boolean;
  variable: Variable | null;
  /** For a namespace import: the property read from it, if it is a plain one. */
  readonly property: string | undefined;
}

export type SiteKind = "function" | "arrow" | "method" | "getter" | "setter" | "class" | "constructor";

/** A place in the source that makes functions: a function, a method or a class. */
export interface Site {
  readonly index: number;
  readonly kind: SiteKind;
  readonly node: Node;
  /** Range of the text that `toString` shows. */
  readonly start: number;
  readonly end: number;
  readonly parent: Site | null;
  /** Scope in which the site stands. */
  readonly outer: Scope;
  /** The class that a member belongs to. */
  readonly owner: Site | null;
  readonly isStatic: boolean;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** Its code is strict whatever is around. */
  readonly isStrict: boolean;
  /** A function declaration: it exists before the code around it runs. */
  readonly isDeclaration: boolean;
  /** Own `name` unless computed or changed. */
  name: string;
  /** The property that it is assigned to, as the source has it (`Foo.prototype.run`), if it has no name; empty if there is none. */
  readonly place: string;
  /** What stack traces show for it if it has no name: see `ShownNames`. */
  readonly shown: string;
  /** Part of the method id, and the id itself. */
  label: string;
  id: string;
  /** Variables of outer scopes that it or anything inside refers to. */
  readonly through: Set<Variable>;
  /** Names that no scope of the module declares. */
  readonly globals: Set<string>;
  /** Why closures of this site can't be re-created elsewhere. */
  refused: string | null;
  usesArguments: boolean;
  /** Its parameters refer to names that its body declares anew: they can't be moved into the body, which has a scope of its own. */
  splitScopes: boolean;
  /** For a class: private fields it declares, in order. */
  readonly privates: PrivateName[];
  /** The class in whose body alone its closures and classes can be made: they use its private names, or `super` in its members. */
  door: Site | null;
  /** For a class: members and fields of instances (`member` null) whose names are computed, in source order. */
  readonly keyed: { readonly key: Node; readonly member: Site | null }[];
  /** For a method of an object literal: the expression that computes its name. */
  computedKey: Node | null;
  /** For a class: the sites whose door it is. */
  readonly behind: Site[];
  /** Its `super` is that of a static member. */
  staticSuper: boolean;
  /** For a method of an object literal that uses `super`: what holds the object. */
  home: Variable | null;
}

/** `super.x` inside closures of a method. */
export interface SuperUse {
  /** The member expression. */
  readonly node: Node;
  /** `call` if it is called at once, `ask` if only where there is something. */
  readonly how: "read" | "call" | "ask" | "write";
  /** What `this` means there. */
  readonly self: Reference;
  /** What holds the object literal; null for the class that is the closures' door. */
  readonly home: Variable | null;
  /** The closures around, up to the method. */
  readonly closures: ReadonlySet<Site>;
}

/** An object literal whose methods use `super`. */
export interface HomeLiteral {
  readonly node: Node;
  /** The site whose code it is. */
  readonly site: Site | null;
  /** Holds the object. */
  readonly home: Variable;
}

export interface PrivateName {
  readonly name: string;
  readonly isStatic: boolean;
  readonly kind: "field" | "method" | "accessor";
}

/** A call that may make an array iterator, whose result is stored or passed on. */
export interface KeptIterator {
  /** The call. */
  readonly node: Node;
  /** How it is asked for: 0 `keys`, 1 `values`, 2 `entries`, 3 `[Symbol.iterator]`. */
  readonly asked: number;
  /** The site whose code it is. */
  readonly site: Site | null;
}

/** What the analysis of one module yields. */
export interface ModuleAnalysis {
  readonly source: string;
  /** How names that the rewriter adds start: the source has no such. */
  readonly prefix: string;
  readonly program: Node;
  readonly isModule: boolean;
  readonly root: Scope;
  readonly scopes: readonly Scope[];
  /** All scopes, captured from or not. */
  readonly allScopes: readonly Scope[];
  readonly sites: readonly Site[];
  /** Where calls stand whose result is awaited at once: offsets of the callee, or of the property called. */
  readonly awaited: readonly number[];
  /** Where the call stands that is the last thing a module does, if that is one: `main()`, `main().catch(console.error)`. */
  readonly last: number | undefined;
  /** Each `import.meta`. */
  readonly metas: readonly Node[];
  readonly superUses: readonly SuperUse[];
  readonly homeLiterals: readonly HomeLiteral[];
  readonly keptIterators: readonly KeptIterator[];
  readonly madeCalls: readonly MadeCall[];
  /** Sorted by start. */
  readonly references: readonly Reference[];
}
