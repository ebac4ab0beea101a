import process from "node:process";
import type { FunctionDescription } from "../heap/access.ts";
import { GlobalBindings } from "./global_bindings.ts";
import { CodeRegistry } from "./code_registry.ts";
import { DeviceCode } from "./device_code.ts";
import { hideRewriting } from "./appearance.ts";
import { HeldMessages } from "./held_messages.ts";
import { AppFacts } from "./app_facts.ts";
import { promiseThen } from "./intrinsics.ts";
import { installLoadHook, MAIN_IS_SCRIPT } from "./load_hook.ts";
import { undisturbed } from "./stack.ts";
import { SyncPort } from "./sync_port.ts";
import { reportAsLocal } from "./uncaught.ts";
import { rewriteWorkers, type WorkerStart } from "./workers.ts";

/**
 * Loads a Worker's own module, rewritten. `globals` are the keys of the global object before anything of the runtime was
 * loaded: all others go. `listed` are those that `Object.keys` told of then: Deno hides some once a module waits.
 */
export async function bootWorker(
  { globals, listed }: { globals: readonly PropertyKey[]; listed: readonly string[] },
): Promise<void> {
  const messages = new HeldMessages();
  const { pipes, url, kind } = await messages.first<WorkerStart>();
  const sync = SyncPort.open(pipes, new AppFacts());
  const workers = rewriteWorkers(sync);
  const code = new DeviceCode(sync);
  const bound = new WeakMap<Function, FunctionDescription>();
  const registry = new CodeRegistry(code, new GlobalBindings(), bound);
  const stands = new Map(workers);
  if (kind === "web") fetchFrom(url, stands);
  hideRewriting(registry, bound, stands);
  reportAsLocal();
  let began = false;
  const hook = installLoadHook({
    ...{ port: sync, code, registry, mainUrl: url },
    started: () => {
      began = true;
      listForNow(listed);
      messages.release();
    },
    running: (module) => {
      if (module.url === url && module.meta !== undefined) module.meta.main = true;
    },
    unchanged: (url, reason) =>
      sync.request({ op: "supervisor", request: { op: "bypassed", urls: [url], reason } }),
    builtin: () => {},
    arm: () => {},
  });
  if (kind === "node") lookLikeNode(url);
  lookLikeAt(url);
  for (const key of Reflect.ownKeys(globalThis)) {
    if (!globals.includes(key)) Reflect.deleteProperty(globalThis, key);
  }
  try {
    await runMain(url);
  } catch (error) {
    throw began ? error : withoutFrames(error);
  } finally {
    messages.release();
    const urls = hook.bypassed();
    if (urls.length > 0) sync.request({ op: "supervisor", request: { op: "bypassed", urls } });
  }
}

async function runMain(url: string): Promise<void> {
  try {
    await import(url);
  } catch (error) {
    if (error !== MAIN_IS_SCRIPT) throw error;
    const { _load } = builtin("node:module");
    const path: string = builtin("node:url").fileURLToPath(url);
    // Called from where Deno calls it: the last frame of the script's stack traces.
    const before = "(load,path)=>()=>";
    const place = { filename: url, lineOffset: 4, columnOffset: 25 - before.length };
    const make = new (builtin("node:vm").Script)(`${before}load(path,null,true)`, place).runInThisContext();
    const ran = promiseThen(Promise.resolve(), make(_load, path));
    // Awaited in a way that leaves no frame in its stack traces.
    await new Promise<void>((resolve, reject) =>
      promiseThen(ran, () => resolve(), (error: unknown) => reject(error))
    );
  }
}

// deno-lint-ignore no-explicit-any
function builtin(name: string): any {
  return process.getBuiltinModule(name);
}

/** What could not be loaded was not asked for by any of the app's frames. */
function withoutFrames(error: unknown): unknown {
  const kinds: Record<string, ErrorConstructor> = { SyntaxError, TypeError };
  if (!(error instanceof Error)) return error;
  return undisturbed(0, () => new (kinds[error.name] ?? Error)(error.message));
}

/** Lists these globals until the module that begins to run first waits. */
function listForNow(names: readonly string[]): void {
  for (const name of names) {
    const own = Reflect.getOwnPropertyDescriptor(globalThis, name);
    if (own === undefined || own.enumerable === true) continue;
    Reflect.defineProperty(globalThis, name, { ...own, enumerable: true });
    promiseThen(Promise.resolve(), () => {
      if (Reflect.getOwnPropertyDescriptor(globalThis, name)?.value !== own.value) return;
      Reflect.defineProperty(globalThis, name, { enumerable: false });
    });
  }
}

/** What asks for URLs takes relative ones from this one. Notes in `stands` what stands for which function. */
function fetchFrom(url: string, stands: Map<Function, Function>): void {
  const whole = (given: unknown): unknown => {
    if (typeof given !== "string" || URL.canParse(given) || !URL.canParse(given, url)) return given;
    return new URL(given, url).href;
  };
  const wholeFirst = (args: unknown[]) => args.length > 0 ? [whole(args[0]), ...args.slice(1)] : args;
  const standFor = (value: Function): Function => {
    const stand: Function = new Proxy(value, {
      apply: (target, self, args) => Reflect.apply(target, self, wholeFirst(args)),
      construct: (target, args, newTarget) =>
        Reflect.construct(target, wholeFirst(args), newTarget === stand ? target : newTarget),
    });
    if (value.prototype !== undefined) {
      Reflect.defineProperty(value.prototype, "constructor", { value: stand });
    }
    stands.set(stand, value);
    return stand;
  };
  for (const name of ["fetch", "Request", "EventSource"]) {
    const own = Reflect.getOwnPropertyDescriptor(globalThis, name);
    if (typeof own?.value === "function") {
      Reflect.defineProperty(globalThis, name, { ...own, value: standFor(own.value) });
    } else if (own?.get !== undefined) {
      // Deno loads it when it is first asked for.
      let stand: Function | undefined;
      const { get } = { get: () => stand ??= standFor(Reflect.apply(own.get!, globalThis, [])) };
      Reflect.defineProperty(globalThis, name, { ...own, get });
    }
  }
}

/** What Deno derives for a Node Worker from the module that it was started with. */
function lookLikeNode(url: string): void {
  process.argv[1] = builtin("node:url").fileURLToPath(url);
  (globalThis as { require?: unknown }).require = builtin("node:module").createRequire(url);
}

/** `location`: its parts are accessors of the prototype. */
function lookLikeAt(url: string): void {
  if (globalThis.location === undefined) return;
  const prototype = Reflect.getPrototypeOf(globalThis.location)!;
  const parts = new URL(url);
  const shown: Record<string, string> = {
    href: parts.href,
    pathname: parts.pathname,
    search: parts.search,
    hash: parts.hash,
  };
  for (const [key, value] of Object.entries(shown)) {
    const own = Reflect.getOwnPropertyDescriptor(prototype, key);
    if (own?.get === undefined) continue;
    const get = { get: () => value }.get;
    Reflect.defineProperty(prototype, key, { ...own, get });
  }
  const { toString } = { toString: () => parts.href };
  const own = Reflect.getOwnPropertyDescriptor(prototype, "toString");
  if (own !== undefined) Reflect.defineProperty(prototype, "toString", { ...own, value: toString });
}
