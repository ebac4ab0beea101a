import process from "node:process";
import { Builtins } from "../host/builtins.ts";
import { engineLayout } from "../host/layouts.ts";
import { TextDecoding } from "../host/text_decoding.ts";
import { Values } from "../host/values.ts";
import type { FunctionDescription } from "../heap/access.ts";
import { stackAccessor } from "../heap/intrinsics.ts";
import { hideRewriting } from "./appearance.ts";
import { AppFacts } from "./app_facts.ts";
import { BoardView } from "./board.ts";
import { CodeRegistry } from "./code_registry.ts";
import { type DecisionMaker, Forced } from "./decision.ts";
import { DeviceCode } from "./device_code.ts";
import { DeviceRequires } from "./device_requires.ts";
import { GlobalBindings } from "./global_bindings.ts";
import { ownCpuMs } from "../features/mod.ts";
import { watchLostImports } from "../watch/lost_imports.ts";
import { installNoteHook } from "../watch/note_hook.ts";
import { Sampler } from "../watch/sampler.ts";
import { installLoadHook, type LoadHook } from "./load_hook.ts";
import { SafeMap, SafeWeakMap } from "./intrinsics.ts";
import { MadeCode } from "./made_code.ts";
import { Migrator } from "./migrator.ts";
import type { AppConfig } from "./protocol.ts";
import { SyncPort } from "./sync_port.ts";
import { reportAsLocal } from "./uncaught.ts";
import { rewriteWorkers } from "./workers.ts";

/** What the runtime is given from outside in an app process. */
export interface BootOptions {
  /** Keys of the global object before anything of the runtime was loaded: all others go. */
  readonly globals: readonly PropertyKey[];
  /** When it began to be loaded, as `performance.now()` said. */
  readonly begunMs: number;
  /** Makes what decides at migration points from the model that the supervisor sent. */
  readonly decisionMaker: (model: unknown) => DecisionMaker;
}

/**
 * Prepares an app process before its main module is loaded: takes its configuration from the supervisor, gives back
 * what permissions only the runtime needed, and hooks module loading if anything may migrate or is to be learnt.
 */
export function bootApp(supervisor: string, options: BootOptions): void {
  stackAccessor();
  const facts = new AppFacts();
  const port = SyncPort.open(supervisor, facts);
  const board = new BoardView(Deno.openSync(`${supervisor}/board`));
  const config: AppConfig | undefined = port.request({ op: "supervisor", request: { op: "config" } });
  if (config === undefined) throw new Error("Cannot start: clonecloud's supervisor does not answer");
  const sampler = config.profile ? startSampler() : undefined;
  for (const permission of config.revoke) Deno.permissions.revokeSync(permission);
  const decision = config.model === null ? new Forced() : options.decisionMaker(config.model);
  let migrator: Migrator | undefined;
  let hook: LoadHook | undefined;
  let isLoading: (() => boolean) | undefined;
  const lost = () => {
    if (port.request({ op: "supervisor", request: { op: "lost" } }) === true) Deno.exit(1);
  };
  if (config.methods.length > 0 || config.instrument === "all") {
    const workers = rewriteWorkers(port);
    const decoding = new TextDecoding();
    const builtins = new Builtins();
    const sameLayout = engineLayout();
    const bound = new SafeWeakMap<Function, FunctionDescription>();
    const globals = new GlobalBindings();
    const code = new DeviceCode(port);
    const requires = new DeviceRequires(code);
    const values = new Values(builtins, {
      ...{ decoding, requires: requires.type },
      ...(sameLayout !== undefined && { sameLayout }),
    });
    const registry = new CodeRegistry(code, globals, bound);
    const made = new MadeCode({ port, code, registry });
    registry.make = made.make;
    migrator = new Migrator({ registry, values, port, config, code, globals, decision, board, facts, made });
    hideRewriting(registry, bound, new SafeMap([...workers, [decoding.stand, decoding.original]]), builtins);
    values.watchBuiltins();
    reportAsLocal();
    hook = installLoadHook({
      ...{ port, code, registry },
      started: () => {
        // Only who names methods may have named what there isn't.
        if (config.forced.length === 0) return;
        const stop = port.request({ op: "supervisor", request: { op: "loaded" } });
        if (typeof stop === "string") Deno.exit(2);
      },
      refused: (text) => {
        if (isLoading!() && !PHASES.test(text)) lost();
      },
      running: () => {},
      script: (url, require) => requires.add(url, require),
      unchanged: (url, reason) =>
        port.request({ op: "supervisor", request: { op: "bypassed", urls: [url], reason } }),
      builtin: (url) => builtins.addModule(`${url}#`, () => process.getBuiltinModule(url)),
      arm: (key, control, points) => migrator!.arm(key, control, points),
    });
    // Nothing of a rewritten module's runs before it says so.
    const mayRun = (url = "") => code.started || code.moduleAt(url) === undefined;
    isLoading = watchLostImports(lost, mayRun);
    addEventListener("unload", () => {
      const urls = hook!.bypassed();
      if (urls.length > 0) port.request({ op: "supervisor", request: { op: "bypassed", urls } });
    });
  } else if (config.profile) {
    installNoteHook((note) => port.tell({ op: "supervisor", request: { op: "note", ...note } }));
  }
  if (config.profile || config.methods.length > 0) {
    reportAtEnd(
      port,
      sampler,
      decision,
      () => {
        migrator?.tellAll();
        decision.ended();
        return {
          reached: migrator?.reached() ?? {},
          migrated: migrator?.migrated() ?? {},
          bootMs: bootMs + (hook?.spentMs() ?? 0),
          openingMs: migrator?.openingMs ?? 0,
          cpuMs: ownCpuMs(),
        };
      },
    );
  }
  const bootMs = performance.now() - options.begunMs;
  for (const key of Reflect.ownKeys(globalThis)) {
    if (!options.globals.includes(key)) Reflect.deleteProperty(globalThis, key);
  }
}

/** Syntax that the engine takes and the rewriter doesn't. */
const PHASES = /\bimport\s*\.?\s*(?:defer|source)\b/;

/** Without its own inspector the process runs as well; it only learns nothing. */
function startSampler(): Sampler | undefined {
  try {
    return new Sampler();
  } catch {
    return undefined;
  }
}

/** When the app ends by itself or by `Deno.exit`, the supervisor hears what was learnt, and all events before it. */
function reportAtEnd(
  port: SyncPort,
  sampler: Sampler | undefined,
  decision: DecisionMaker,
  counted: () => object,
): void {
  addEventListener("unload", () => {
    const report = { profile: sampler?.stop(), ...counted(), learned: decision.toJSON() };
    port.request({ op: "supervisor", request: { op: "report", report } });
  });
}
