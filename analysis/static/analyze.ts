import type { MethodId } from "../../runtime/mod.ts";
import { ParseError } from "../../runtime/rewrite/mod.ts";
import { type Classified, HostTable } from "./classify.ts";
import { labelOf } from "./names.ts";
import { linesOf, type Overrides } from "./overrides.ts";
import { diagnose, type Diagnostic } from "./diagnostic.ts";
import { missingExports } from "./missing_exports.ts";
import { type Call, type HostUse, type Method, Program } from "./program.ts";
import type { SourceModule } from "./source_module.ts";
import { BudgetError } from "./values.ts";
import { COPIES_AT_LEAST, COPIES_PER_CHAR, MAX_PRECISE_CHARS } from "./constants.ts";
import { Walk } from "./walk.ts";

/** A use of the host with what it means. */
export interface Use extends HostUse, Classified {}

/** Why a method must stay on the device (Property 1). */
export interface Pin {
  /** In words. */
  readonly reason: string;
  /** The host API, where one is the cause. */
  readonly api?: string;
  /** From the method to the one that uses it. */
  readonly through: readonly MethodId[];
}

/** All that is known of one method. */
export interface AnalysedMethod extends Method {
  readonly uses: readonly Use[];
  /** Set if it must stay: its own code, or code it certainly calls. */
  readonly pin?: Pin;
  /** Why it need not stay, if the user says so. */
  readonly unpinned?: string;
  /**
   * Set if code that it may call must stay, or if it may come to a call that can't be told (with the nearest thing that must
   * stay as an example); checked at run time.
   */
  readonly mayPin?: Pin;
  /** Host-state families that its own code touches (Property 2). */
  readonly families: readonly string[];
  /** Module-level bindings that its own code reads and writes. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Variables of methods around it that its own code reads and writes: `path#method: name`. */
  readonly capturedReads: readonly string[];
  readonly capturedWrites: readonly string[];
  /** True if it calls what can't be told: any function of the program, for all that is known. */
  readonly open: boolean;
}

/** Variables outside of themselves that a method and all that it may call may read and write. */
export interface Effects {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** True if it may reach a call that can't be told: then there may be more. */
  readonly open: boolean;
}

/** The static analysis of a program (§3.1). */
export interface Analysis {
  readonly methods: readonly AnalysedMethod[];
  /** DC, by index in `methods`. */
  readonly calls: readonly Call[];
  readonly diagnostics: readonly Diagnostic[];
  /** True if the program was too large to tell its objects apart: properties are then looked up by their names alone. */
  readonly coarse: boolean;
  /** Top-level bindings that hold functions or parts of the host and nothing else: code rather than state. */
  readonly codeNames: ReadonlySet<string>;
  /** What the user's overrides name and nothing of the program is or uses. */
  readonly unusedOverrides: readonly string[];
}

/** How to analyse. */
export interface AnalyzeOptions {
  /** What the user says about host APIs and methods. */
  readonly overrides?: Overrides;
  /** After so many steps (some 10 µs each on a laptop) objects are no longer told apart; by default 1.3 million. */
  readonly maxSteps?: number;
  /** Whether a clone may open connections for the app. */
  readonly network?: "device" | "clone";
}

/**
 * Analyses a program's modules: methods, who calls whom, what each uses of the host. Nothing is run. A module that doesn't
 * parse is a diagnostic and is left out. No static answer is sound for JavaScript: profiles and guards at run time complete it.
 */
export function analyzeProgram(modules: readonly SourceModule[], options: AnalyzeOptions = {}): Analysis {
  const { overrides } = options;
  const table = new HostTable(overrides === undefined ? [] : linesOf(overrides));
  const { program, diagnostics, coarse } = settled(modules, table, options.maxSteps);
  const entries = new Set<string>();
  const uses = program.hostUses.map((own) =>
    [...own.values()].flatMap((use) => {
      const known = table.classify(use.path);
      if (known !== undefined) entries.add(known.entry);
      // Nothing is said of what is pure, or a name that is nothing of the host.
      return known === undefined || known.is === "pure" ? [] : [{ ...use, ...known }];
    })
  );
  const { calls, open } = program;
  const pins = pinsOf(program, { uses, calls, open, network: options.network ?? "device", overrides });
  const methods = program.methods.map((method, i): AnalysedMethod => {
    const unpinned = method.outer < 0 ? undefined : overrides?.unpin.get(method.id);
    return {
      ...method,
      uses: uses[i]!,
      ...(pins.sure[i] === undefined ? {} : { pin: pins.sure[i] }),
      ...(unpinned === undefined ? {} : { unpinned: `${unpinned} (${overrides!.from})` }),
      ...(pins.sure[i] !== undefined || pins.possible[i] === undefined ? {} : { mayPin: pins.possible[i] }),
      families: familiesOf(uses[i]!),
      reads: [...program.access[i]!.reads].sort(),
      writes: [...program.access[i]!.writes].sort(),
      capturedReads: [...program.access[i]!.capturedReads].sort(),
      capturedWrites: [...program.access[i]!.capturedWrites].sort(),
      open: open.has(i),
    };
  });
  const unusedOverrides = unusedOf(overrides, { methods, entries });
  return { methods, calls, diagnostics, coarse, codeNames: program.codeNames, unusedOverrides };
}

function unusedOf(
  overrides: Overrides | undefined,
  { methods, entries }: { methods: readonly AnalysedMethod[]; entries: ReadonlySet<string> },
): string[] {
  if (overrides === undefined) return [];
  const ids = new Set<string>(methods.filter(({ outer }) => outer >= 0).map(({ id }) => id));
  return [...overrides.pin.keys(), ...overrides.unpin.keys()].filter((what) =>
    !(what.includes("#") ? ids : entries).has(what)
  );
}

/** What profile trees are annotated with: pins and families by method id. */
export function knowledgeOf(
  { methods }: Analysis,
): (method: MethodId) => { readonly pinned?: string; readonly families?: readonly string[] } {
  const known = new Map(methods.map((method) => [method.id, method]));
  return (id) => {
    const method = known.get(id);
    if (method === undefined) return {};
    return { families: method.families, ...(method.pin === undefined ? {} : { pinned: method.pin.reason }) };
  };
}

/** Calls by caller, made once for an analysis. */
const callees = new WeakMap<Analysis, Map<number, Call[]>>();
function calleesOf(analysis: Analysis): Map<number, Call[]> {
  let known = callees.get(analysis);
  if (known === undefined) {
    callees.set(analysis, known = Map.groupBy(analysis.calls, ({ caller }) => caller));
  }
  return known;
}

/** TC: what a method (or any of several) may reach, by index; itself only if it calls itself, maybe through others. */
export function reachable(analysis: Analysis, from: number | readonly number[]): Set<number> {
  const calls = calleesOf(analysis);
  const reached = new Set<number>();
  const stack = typeof from === "number" ? [from] : [...from];
  while (stack.length > 0) {
    for (const { callee } of calls.get(stack.pop()!) ?? []) {
      if (reached.has(callee)) continue;
      reached.add(callee);
      stack.push(callee);
    }
  }
  return reached;
}

/** What a method and all that it may reach may read and write outside of themselves. */
export function effectsOf(analysis: Analysis, method: number): Effects {
  const all = [method, ...reachable(analysis, method)].map((i) => analysis.methods[i]!);
  const union = (names: (one: AnalysedMethod) => readonly string[]) =>
    [...new Set(all.flatMap(names))].sort();
  return {
    reads: union(({ reads, capturedReads }) => [...reads, ...capturedReads]),
    writes: union(({ writes, capturedWrites }) => [...writes, ...capturedWrites]),
    open: all.some(({ open }) => open),
  };
}

/** Follows values through all modules, objects told apart if that can be done with reasonable effort. */
function settled(modules: readonly SourceModule[], table: HostTable, maxSteps: number | undefined) {
  const chars = modules.reduce((sum, { text }) => sum + text.length, 0);
  for (const tellsObjects of chars > MAX_PRECISE_CHARS ? [false] : [true, false]) {
    const diagnostics: Diagnostic[] = [];
    const program = new Program(table, {
      tellsObjects,
      chars,
      ...(maxSteps === undefined ? {} : { maxSteps }),
    });
    program.maxCopiedChars = COPIES_AT_LEAST + COPIES_PER_CHAR * chars;
    try {
      const walks: Walk[] = [];
      for (const module of modules) {
        const walk = walkOf(program, module, diagnostics);
        if (walk === undefined) continue;
        walks.push(walk);
        walk.run();
      }
      program.settle();
      diagnostics.push(...missingExports(walks));
      return { program, diagnostics, coarse: !tellsObjects };
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
    }
  }
  throw new TypeError("Cannot analyse: the budget holds for analyses that tell objects apart only");
}

function walkOf(program: Program, module: SourceModule, diagnostics: Diagnostic[]): Walk | undefined {
  try {
    return new Walk(program, module);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const { line, column, message } = error;
    const note = message.replace(/^Cannot parse module: /, "").replace(/ \(\d+:\d+\)$/, "");
    const { url: file, text, original = text } = module;
    diagnostics.push(diagnose({ code: "syntax", file, note }, { line, column }, original));
    return undefined;
  }
}

function familiesOf(uses: readonly Use[]): string[] {
  return [...new Set(uses.flatMap(({ is }) => is.startsWith("family:") ? [is.slice("family:".length)] : []))]
    .sort();
}

/** Pins by own code, then through calls: certain ones, and all. */
function pinsOf(
  program: Program,
  { uses, calls, open, network, overrides }: {
    uses: readonly (readonly Use[])[];
    calls: readonly Call[];
    open: ReadonlySet<number>;
    network: "device" | "clone";
    overrides: Overrides | undefined;
  },
): { sure: (Pin | undefined)[]; possible: (Pin | undefined)[] } {
  const means = ({ is }: Use) => is === "pinned" || (is === "network" && network === "device");
  const isFree = ({ id, outer }: Method) => outer >= 0 && overrides?.unpin.has(id) === true;
  const sure = program.methods.map((method, i): Pin | undefined => {
    if (method.outer < 0) return { reason: "the main flow", through: [method.id] };
    if (isFree(method)) return undefined;
    const told = overrides?.pin.get(method.id);
    if (told !== undefined) return { reason: `${told} (${overrides!.from})`, through: [method.id] };
    if (program.opaque.has(i)) {
      return { reason: "makes code at run time (eval, Function or with)", through: [method.id] };
    }
    const use = uses[i]!.find((one) => one.certain && means(one));
    return use && pinOf(use, method);
  });
  const known = program.methods.map((method, i) => {
    if (isFree(method)) return undefined;
    const use = uses[i]!.find(means);
    return sure[i] ?? (use && pinOf(use, method));
  });
  const possible = spread(program, { own: known, calls, isFree });
  const untold = untoldPin(known.filter((_, i) => program.methods[i]!.outer >= 0));
  const all = possible.map((pin, i) =>
    pin ??
      (open.has(i) && !isFree(program.methods[i]!)
        ? { ...untold, through: [program.methods[i]!.id] }
        : undefined)
  );
  return {
    sure: spread(program, { own: sure, calls: calls.filter(({ certain }) => certain), isFree }),
    possible: spread(program, { own: all, calls, isFree }),
  };
}

/** Why a call that can't be told may not move: any function may be there, also one that must stay. */
function untoldPin(pins: readonly (Pin | undefined)[]): Omit<Pin, "through"> {
  const example = pins.find((pin) => pin !== undefined);
  if (example === undefined) return { reason: "a call that can't be told" };
  const { reason, api, through } = example;
  return {
    reason: `a call that can't be told, which might be one of ${labelOf(through[0]!)} (${reason})`,
    ...(api === undefined ? {} : { api }),
  };
}

function pinOf({ path, because }: Use, { id }: Method): Pin {
  return { reason: `${path}: ${because}`, api: path, through: [id] };
}

/** Pins of callers of pinned methods, by the shortest path. Nobody calls a main flow. */
function spread(
  { methods }: Program,
  { own, calls, isFree }: {
    own: readonly (Pin | undefined)[];
    calls: readonly Call[];
    isFree: (method: Method) => boolean;
  },
): (Pin | undefined)[] {
  const pins = [...own];
  const callers = Map.groupBy(calls, ({ callee }) => callee);
  const queue = [...pins.keys()].filter((i) => pins[i] !== undefined && methods[i]!.outer >= 0);
  for (let next = 0; next < queue.length; next++) {
    const callee = queue[next]!;
    const { api, reason, through } = pins[callee]!;
    for (const { caller } of callers.get(callee) ?? []) {
      if (pins[caller] !== undefined || isFree(methods[caller]!)) continue;
      const path = [methods[caller]!.id, ...through];
      pins[caller] = { reason, ...(api === undefined ? {} : { api }), through: path };
      queue.push(caller);
    }
  }
  return pins;
}
