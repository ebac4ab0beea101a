import { MessageChannel, Worker } from "node:worker_threads";
import { Builtins } from "../host/builtins.ts";
import { Values } from "../host/values.ts";
import type { FunctionDescription } from "../heap/access.ts";
import { hideRewriting } from "./appearance.ts";
import { CodeRegistry } from "./code_registry.ts";
import { DeviceCode } from "./device_code.ts";
import { GlobalBindings } from "./global_bindings.ts";
import { installLoadHook } from "./load_hook.ts";
import { Migrator } from "./migrator.ts";
import type { AppConfig } from "./protocol.ts";
import { SyncPort } from "./sync_port.ts";

/**
 * Prepares an app process before its main module is loaded: starts the migrator, takes its configuration, gives back
 * what permissions only the runtime needed, and hooks module loading if anything may migrate.
 *
 * `globals` are the keys of the global object before this module was loaded: all others go.
 */
export function bootApp(supervisor: string | null, globals: readonly PropertyKey[]): void {
  if (supervisor === null) throw new TypeError("Cannot start: no supervisor given");
  const port = startMigrator(supervisor);
  const config: AppConfig | undefined = port.request({ op: "config" });
  if (config === undefined) throw new Error("Cannot start: clonecloud's supervisor does not answer");
  for (const permission of config.revoke) Deno.permissions.revokeSync(permission);
  if (config.methods.length > 0 || config.instrument === "all") {
    const builtins = new Builtins();
    const values = new Values(builtins);
    const bound = new WeakMap<Function, FunctionDescription>();
    const globals = new GlobalBindings();
    const code = new DeviceCode(port);
    const registry = new CodeRegistry(code, globals, bound);
    const migrator = new Migrator({ registry, values, port, config, code, globals });
    hideRewriting(registry, bound);
    installLoadHook({ port, code, builtins, registry, migrator, config });
    port.tell({ op: "open" });
  }
  for (const key of Reflect.ownKeys(globalThis)) {
    if (!globals.includes(key)) Reflect.deleteProperty(globalThis, key);
  }
}

function startMigrator(supervisor: string): SyncPort {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL("./migrator_worker.ts", import.meta.url), {
    workerData: { port: port2, signal, supervisor },
    transferList: [port2],
    env: {},
    stdin: false,
  } as never);
  worker.unref();
  port1.unref();
  return new SyncPort(port1, signal);
}
