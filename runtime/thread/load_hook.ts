import { fileURLToPath } from "node:url";
import { forEach, includes, itemsOf } from "../heap/lists.ts";
import { startsWith, testRegExp } from "../heap/texts.ts";
import type { CodeRegistry } from "./code_registry.ts";
import type { Control } from "./live_modules.ts";
import type { DeviceCode } from "./device_code.ts";
import { defineProperty, SafeMap, SafeSet } from "./intrinsics.ts";
import { MAP_COMMENT, ScriptLoader, scriptUrl } from "./script_loader.ts";
import { NODE_WORKERS, NODE_WORKERS_URL } from "../rewrite/constants.ts";
import { decodeSource, encodeUtf8 } from "./utf8.ts";
import type { SyncPort } from "./sync_port.ts";
import { failedImport, failedResolution } from "../watch/failed_import.ts";
import { FROM_DISK, hookModules, isRaw, isShownWrongly, PAST_HOOKS } from "../watch/unhooked.ts";
import { kindOf } from "../watch/source_kind.ts";
import { withoutHooks } from "./uncaught.ts";
import { NODE_WORKERS_SOURCE } from "./workers.ts";

const { imul } = Math;
/** The app may set another clock. */
const now = performance.now.bind(performance);

/** Migration points: `[site, method id]`. */
type Points = readonly (readonly [number, string])[];

interface HookContext {
  readonly port: SyncPort;
  readonly code: DeviceCode;
  readonly registry: CodeRegistry;
  /** A module that is imported, but is to run as the main one: if it is a script, importing it fails at first. */
  readonly mainUrl?: string;
  /** The first rewritten module begins to run. */
  readonly started: () => void;
  /** A module runs as it is. */
  readonly unchanged: (url: string, reason: string) => void;
  /** A module's text couldn't be rewritten. */
  readonly refused?: (text: string) => void;
  /** A module begins to run; `meta` is its `import.meta` if it uses that. */
  readonly running: (module: { url: string; key: string; meta: ImportMeta | undefined }) => void;
  /** A script begins to run, with a `require` of its own. */
  readonly script?: (url: string, require: object) => void;
  /** A module of the engine's was imported. */
  readonly builtin: (url: string) => void;
  readonly arm: (key: string, control: Control, points: Points) => void;
}

export interface LoadHook {
  /** Milliseconds that rewriting has taken. */
  spentMs(): number;
  /** URLs of modules that were imported statically and run past this hook. */
  bypassed(): string[];
}

/** What importing `mainUrl` fails with if it is a CommonJS script: then it can be run as the main one. */
export const MAIN_IS_SCRIPT: unique symbol = Symbol("main is a script");

/** What the rewriter's service answers. */
export interface RewriteAnswer {
  /** Undefined if the module runs as it is; `reason` says why. */
  readonly key: string | undefined;
  /** The rewritten text, in UTF-8. */
  readonly packet?: Uint8Array<ArrayBuffer>;
  /** URL of its source map. */
  readonly map?: string;
  readonly isModule: boolean;
  /** Of a function made of texts: what it is called. */
  readonly url?: string;
  readonly reason?: string;
  readonly points: Points;
}

/** A module that was rewritten. */
interface Rewritten {
  readonly source: string;
  readonly key: string;
  readonly text: string;
  readonly map: string;
  readonly isModule: boolean;
  readonly points: Points;
}

/** Where rewritten modules find the runtime: an import that only they can resolve. */
const RUNTIME_URL = "clonecloud:runtime";
const WORKERS = { url: NODE_WORKERS_URL, shortCircuit: true, format: "module" };

/**
 * Rewrites modules as they are loaded. What `next` returns is already JavaScript with its source map, exactly what the
 * engine would have run; so that is what gets rewritten.
 */
export function installLoadHook(context: HookContext): LoadHook {
  let spentMs = 0;
  const points = new SafeMap<string, Points>();
  const loaded = new SafeSet<string>();
  /** Imported, but not loaded through this hook (yet). */
  const resolved = new SafeSet<string>();
  let mainIsScript = false;
  /** Modules that have begun to run: what they import from then on, they import dynamically. */
  const ran = new SafeSet<string>();
  const dynamic = new SafeSet<string>();
  /** Of those, the ones that have to be loaded before the app ends. */
  const awaited = new SafeSet<string>();
  const runtime = {
    register: (
      key: string,
      accessor: never,
      control: Control,
      _door: never,
      meta: ImportMeta | undefined,
    ) => {
      // All static imports of ES modules are loaded before the first module runs; scripts they import, while they run.
      if (!context.code.started) resolved.forEach((url) => awaited.add(url));
      ran.add(context.code.module(key)!.url);
      return start(context, points, { key, accessor, control, meta });
    },
  };
  const scripts = new ScriptLoader();
  hookModules((loadRequired) => ({
    resolve(specifier: string, hook: any, next: any) {
      if (specifier === RUNTIME_URL) return { url: RUNTIME_URL, shortCircuit: true, format: "module" };
      if (specifier === NODE_WORKERS_URL) {
        forEach(NODE_WORKERS, (name) => context.code.link(scriptUrl(hook.parentURL), name, NODE_WORKERS[0]!));
        context.builtin(NODE_WORKERS[0]!);
        return WORKERS;
      }
      const result = isRequired(hook) ? withoutHooks(() => next(specifier, hook)) : next(specifier, hook);
      if (hook.parentURL !== undefined) {
        context.code.link(scriptUrl(hook.parentURL), specifier, result.url);
      }
      if (hook.parentURL !== undefined && ran.has(scriptUrl(hook.parentURL))) {
        const failed = isRequired(hook) ? undefined : failedResolution(specifier, hook.parentURL, result.url);
        if (failed !== undefined) throw failed;
        dynamic.add(result.url);
      } else dynamic.delete(result.url);
      if (!loaded.has(result.url) && testRegExp(HOOKED, result.url)) resolved.add(result.url);
      if (startsWith(result.url, "node:")) context.builtin(result.url);
      const named = result.url === NODE_WORKERS[0] && !isRequired(hook) &&
        hook.parentURL !== NODE_WORKERS_URL;
      return named ? WORKERS : result;
    },
    load(url: string, hook: any, next: any) {
      if (url === RUNTIME_URL) {
        exposeRuntime(runtime);
        return { source: RUNTIME_SOURCE, format: "module", shortCircuit: true };
      }
      if (url === NODE_WORKERS_URL) {
        return { source: NODE_WORKERS_SOURCE, format: "module", shortCircuit: true };
      }
      if (url === context.mainUrl && !context.code.started && !mainIsScript && isRequired(hook)) {
        mainIsScript = true;
        throw MAIN_IS_SCRIPT;
      }
      loaded.add(url);
      resolved.delete(url);
      awaited.delete(url);
      if (isRaw(hook)) return PAST_HOOKS;
      const result = next(url, hook);
      if (isShownWrongly(result.source)) {
        context.unchanged(url, SHOWN_WRONGLY);
        return PAST_HOOKS;
      }
      const required = isRequired(hook);
      const failed = dynamic.has(url) && !required
        ? failedImport(url, result.source, hook.importAttributes)
        : undefined;
      if (failed !== undefined) throw failed;
      const began = now();
      const rewritten = rewriteLoaded(context, { url, required }, result);
      spentMs += now() - began;
      // What isn't rewritten is loaded as if there were no hook: if it doesn't parse, with Deno's own words.
      if (rewritten === REFUSED && !required) return PAST_HOOKS;
      if (rewritten === REFUSED || rewritten === undefined) {
        return required && result.format !== "module" ? FROM_DISK : result;
      }
      const { source, key, text, map, isModule } = rewritten;
      if (required && isModule) {
        context.unchanged(url, REQUIRED_MODULE);
        return loadRequired(fileURLToPath(url));
      }
      context.code.loaded({ url, key, source, isModule });
      points.set(key, rewritten.points);
      if (isModule) return { ...result, source: text + MAP_COMMENT + map, shortCircuit: true };
      const mark = `${key}-${numberOf(rewritten.points)}` as const;
      const given = (require: object) => context.script?.(url, require);
      const script = { source, text, map, mark, register: runtime.register, given };
      if (!scripts.prepare(startsWith(url, "file:") ? fileURLToPath(url) : url, script)) {
        context.unchanged(url, OWN_LOADER);
      }
      return FROM_DISK;
    },
  }));
  return { spentMs: () => spentMs, bypassed: () => itemsOf(awaited) };
}

// deno-lint-ignore no-explicit-any
function isRequired(hook: any): boolean {
  return hook.conditions !== undefined && includes(hook.conditions, "require");
}

/** What the hook is shown if Deno shows it anything. */
const HOOKED = /^file:.*\.[cm]?[jt]sx?$/;
const SLOT = Symbol.for("clonecloud.runtime");
const TAKE = `const t=Function.prototype.toString,s=Symbol.for("clonecloud.runtime"),m=t[s];delete t[s];`;
const RUNTIME_SOURCE = `${TAKE}export const register=m.register,checked=m.checked,pick=m.pick,above=m.above;`;

/** Hands the runtime's functions to its virtual module, which closes the way when it is evaluated. */
function exposeRuntime(runtime: object): void {
  defineProperty(Function.prototype.toString, SLOT, { value: runtime, configurable: true });
}

function start(
  context: HookContext,
  points: ReadonlyMap<string, Points>,
  { key, accessor, control, meta }: {
    key: string;
    accessor: never;
    control: Control;
    meta: ImportMeta | undefined;
  },
) {
  const { code, registry } = context;
  if (!code.started) {
    code.started = true;
    context.started();
  }
  context.running({ url: code.module(key)!.url, key, meta });
  const register = registry.register(key, accessor, control, undefined, meta);
  context.arm(key, control, points.get(key) ?? []);
  return register;
}

const REFUSED: unique symbol = Symbol("refused");

function rewriteLoaded(
  context: HookContext,
  { url, required }: { url: string; required: boolean },
  // deno-lint-ignore no-explicit-any
  { source, format }: any,
): Rewritten | typeof REFUSED | undefined {
  if (
    source === null || source === undefined || testRegExp(/^(node|ext|data):/, url) ||
    testRegExp(/\.(json|wasm|node)$/, url)
  ) return undefined;
  const given: string = typeof source === "string" ? source : decodeSource(source);
  const request = { op: "rewrite", url, kind: kindOf(url, required, format) };
  const answer: RewriteAnswer | undefined = context.port.exchange(
    { op: "supervisor", request },
    encodeUtf8(given),
  );
  if (answer?.packet === undefined) {
    if (answer?.reason === undefined) return undefined;
    context.refused?.(given);
    return REFUSED;
  }
  const { isModule, points } = answer;
  return {
    source: given,
    key: answer.key!,
    text: decodeSource(answer.packet),
    map: answer.map!,
    isModule,
    points,
  };
}

/** A number for the migration points of a module (FNV-1a of their sites). */
function numberOf(points: Points): number {
  let number = 0x811c9dc5;
  forEach(points, ({ 0: site }) => number = imul(number ^ site, 0x01000193) >>> 0);
  return number;
}

const SHOWN_WRONGLY =
  "Deno shows it wrongly, as it has a decorated class and no import or export (an `export {}` at its end helps)";
const REQUIRED_MODULE =
  "a script requires it, and it is an ES module: what it imports isn't rewritten either";
const OWN_LOADER = "the app loads it in a way of its own";
