import type { MethodId } from "../../runtime/mod.ts";
import { ParseError } from "../../runtime/rewrite/mod.ts";
import { type Classified, HostTable } from "./classify.ts";
import type { HostApi } from "./host_api.ts";
import { type Call, type HostUse, type Method, Program } from "./program.ts";
import type { SourceModule } from "./source_module.ts";
import { BudgetError } from "./values.ts";
import { COPIES_AT_LEAST, COPIES_PER_CHAR, MAX_PRECISE_CHARS } from "./constants.ts";
import { Walk } from "./walk.ts";

/** A problem in the user's program. */
export interface Diagnostic {
  readonly code: "syntax";
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
  readonly note: string;
}

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
  /** Set if code that it may call by a property of that name must stay; checked at run time. */
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
}

/** How to analyse. */
export interface AnalyzeOptions {
  /** Lines that go before the built-in host API table. */
  readonly hostApis?: readonly HostApi[];
  /** After so many steps (some 10 µs each on a laptop) objects are no longer told apart; by default 4 million. */
  readonly maxSteps?: number;
  /** Whether a clone may open connections for the app. */
  readonly network?: "device" | "clone";
}

/**
 * Analyses a program's modules: methods, who calls whom, what each uses of the host. Nothing is run. A module that doesn't
 * parse is a diagnostic and is left out. No static answer is sound for JavaScript: profiles and guards at run time complete it.
 */
export function analyzeProgram(modules: readonly SourceModule[], options: AnalyzeOptions = {}): Analysis {
  const table = new HostTable(options.hostApis);
  const { program, diagnostics, coarse } = settled(modules, table, options.maxSteps);
  const uses = program.hostUses.map((own) => [...own.values()].flatMap((use) => classified(use, table)));
  const { calls, open } = program;
  const pins = pinsOf(program, { uses, calls, network: options.network ?? "device" });
  return {
    methods: program.methods.map((method, i) => ({
      ...method,
      uses: uses[i]!,
      ...(pins.sure[i] === undefined ? {} : { pin: pins.sure[i] }),
      ...(pins.sure[i] !== undefined || pins.possible[i] === undefined ? {} : { mayPin: pins.possible[i] }),
      families: familiesOf(uses[i]!),
      reads: [...program.access[i]!.reads].sort(),
      writes: [...program.access[i]!.writes].sort(),
      capturedReads: [...program.access[i]!.capturedReads].sort(),
      capturedWrites: [...program.access[i]!.capturedWrites].sort(),
      open: open.has(i),
    })),
    calls,
    diagnostics,
    coarse,
  };
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
    const program = new Program(table, tellsObjects, maxSteps);
    program.maxCopiedChars = COPIES_AT_LEAST + COPIES_PER_CHAR * chars;
    try {
      for (const module of modules) walkOf(program, module, diagnostics)?.run();
      program.settle();
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
    diagnostics.push({ code: "syntax", file: module.url, line, column, note: message });
    return undefined;
  }
}

/** A use with its class; none if it says nothing (pure, or a name that is nothing of the host). */
function classified(use: HostUse, table: HostTable): Use[] {
  const known = table.classify(use.path);
  return known === undefined || known.is === "pure" ? [] : [{ ...use, ...known }];
}

function familiesOf(uses: readonly Use[]): string[] {
  return [...new Set(uses.flatMap(({ is }) => is.startsWith("family:") ? [is.slice("family:".length)] : []))]
    .sort();
}

/** Pins by own code, then through calls: certain ones, and all. */
function pinsOf(
  program: Program,
  { uses, calls, network }: {
    uses: readonly (readonly Use[])[];
    calls: readonly Call[];
    network: "device" | "clone";
  },
): { sure: (Pin | undefined)[]; possible: (Pin | undefined)[] } {
  const means = ({ is }: Use) => is === "pinned" || (is === "network" && network === "device");
  const sure = program.methods.map((method, i): Pin | undefined => {
    if (method.outer < 0) return { reason: "the main flow", through: [method.id] };
    if (program.opaque.has(i)) {
      return { reason: "makes code at run time (eval, Function or with)", through: [method.id] };
    }
    const use = uses[i]!.find((one) => one.certain && means(one));
    return use && pinOf(use, method);
  });
  const possible = program.methods.map((method, i) => {
    const use = uses[i]!.find(means);
    return sure[i] ?? (use && pinOf(use, method));
  });
  return {
    sure: spread(program, { own: sure, calls: calls.filter(({ certain }) => certain) }),
    possible: spread(program, { own: possible, calls }),
  };
}

function pinOf({ path, because }: Use, { id }: Method): Pin {
  return { reason: `${path}: ${because}`, api: path, through: [id] };
}

/** Pins of callers of pinned methods, by the shortest path. Nobody calls a main flow. */
function spread(
  { methods }: Program,
  { own, calls }: { own: readonly (Pin | undefined)[]; calls: readonly Call[] },
): (Pin | undefined)[] {
  const pins = [...own];
  const callers = Map.groupBy(calls, ({ callee }) => callee);
  const queue = [...pins.keys()].filter((i) => pins[i] !== undefined && methods[i]!.outer >= 0);
  for (let next = 0; next < queue.length; next++) {
    const callee = queue[next]!;
    const { api, reason, through } = pins[callee]!;
    for (const { caller } of callers.get(callee) ?? []) {
      if (pins[caller] !== undefined) continue;
      const path = [methods[caller]!.id, ...through];
      pins[caller] = { reason, ...(api === undefined ? {} : { api }), through: path };
      queue.push(caller);
    }
  }
  return pins;
}
