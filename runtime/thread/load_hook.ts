import * as nodeModule from "node:module";
import process from "node:process";
import type { Builtins } from "../host/builtins.ts";
import type { CodeRegistry } from "./code_registry.ts";
import type { DeviceCode } from "./device_code.ts";
import type { Migrator } from "./migrator.ts";
import type { AppConfig } from "./protocol.ts";
import type { SyncPort } from "./sync_port.ts";

interface HookContext {
  readonly port: SyncPort;
  readonly code: DeviceCode;
  readonly builtins: Builtins;
  readonly registry: CodeRegistry;
  readonly migrator: Migrator;
  readonly config: AppConfig;
}

/** What the rewriter's service answers. */
export interface RewriteAnswer {
  /** Undefined if the module runs as it is; `reason` says why. */
  readonly key: string | undefined;
  readonly text: string;
  readonly reason?: string;
  /** Migration points: `[site, method id]`. */
  readonly points: readonly (readonly [number, string])[];
}

/** Where rewritten modules find the runtime: an import that only they can resolve. */
const RUNTIME_URL = "clonecloud:runtime";

/**
 * Rewrites modules as they are loaded. What `next` returns is already JavaScript with its source map, exactly what the
 * engine would have run; so that is what gets rewritten.
 */
export function installLoadHook(context: HookContext): void {
  const points = new Map<string, readonly (readonly [number, string])[]>();
  const runtime = {
    register: (key: string, accessor: never, control: never) =>
      start(context, points, key, accessor, control),
  };
  const runtimeModule = exposeRuntime(runtime);
  (nodeModule as any).registerHooks({
    resolve(specifier: string, hook: any, next: any) {
      if (specifier === RUNTIME_URL) return { url: runtimeModule, shortCircuit: true, format: "module" };
      const result = next(specifier, hook);
      if (hook.parentURL !== undefined) context.code.link(hook.parentURL, specifier, result.url);
      if (result.url.startsWith("node:")) noteBuiltin(context.builtins, result.url);
      return result;
    },
    load(url: string, hook: any, next: any) {
      if (url === runtimeModule) return { source: RUNTIME_SOURCE, format: "module", shortCircuit: true };
      const result = next(url, hook);
      return rewriteLoaded(context, points, url, result) ?? result;
    },
  });
}

/** Only tells the supervisor what is loaded, so that a first run can be learnt from. Modules run as they are. */
export function installNoteHook(port: SyncPort): void {
  (nodeModule as any).registerHooks({
    load(url: string, hook: any, next: any) {
      const result = next(url, hook);
      const { source } = result;
      if (typeof source === "string" && !/^(node|ext|data):/.test(url) && !/\.json$/.test(url)) {
        const isModule = isModuleFormat(url, result.format);
        port.tell({ op: "note", request: { op: "note", url, source, isModule } });
      }
      return result;
    },
  });
}

function isModuleFormat(url: string, format: unknown): boolean {
  return format !== "commonjs" && !(format === undefined && /\.cjs$/.test(url));
}

const SLOT = Symbol.for("clonecloud.runtime");
const RUNTIME_SOURCE = `const m=Function.prototype.toString[Symbol.for("clonecloud.runtime")];` +
  `export const register=m.register,checked=m.checked,pick=m.pick;`;

/** Hands the runtime's functions to its virtual module; the way is closed once that has been evaluated. */
function exposeRuntime(runtime: object): string {
  Object.defineProperty(Function.prototype.toString, SLOT, { value: runtime, configurable: true });
  return RUNTIME_URL;
}

function start(
  context: HookContext,
  points: Map<string, readonly (readonly [number, string])[]>,
  key: string,
  accessor: never,
  control: never,
) {
  if (!context.code.started) {
    context.code.started = true;
    const stop = context.port.request({ op: "supervisor", request: { op: "loaded" } });
    if (stop !== null) Deno.exit(2);
  }
  const register = context.registry.register(key, accessor, control);
  context.migrator.arm(key, control, points.get(key) ?? []);
  return register;
}

function noteBuiltin(builtins: Builtins, url: string): void {
  builtins.addModule(`${url}#`, () => (process as any).getBuiltinModule(url));
}

function rewriteLoaded(
  context: HookContext,
  points: Map<string, readonly (readonly [number, string])[]>,
  url: string,
  result: any,
) {
  const { source } = result;
  if (
    source === null || source === undefined || /^(node|ext|data):/.test(url) ||
    /\.(json|wasm|node)$/.test(url)
  ) return undefined;
  const text = typeof source === "string" ? source : new TextDecoder().decode(source);
  const isModule = isModuleFormat(url, result.format);
  const request = { op: "rewrite", url, source: text, isModule };
  const answer: RewriteAnswer = context.port.request({ op: "supervisor", request });
  if (answer.key === undefined) return undefined;
  context.code.loaded({ url, key: answer.key, source: text, isModule });
  points.set(answer.key, answer.points);
  return { ...result, source: answer.text, shortCircuit: true };
}
