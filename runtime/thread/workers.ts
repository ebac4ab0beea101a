/**
 * Workers run rewritten too. Deno registers module hooks for one isolate and has Workers inherit none, so a Worker is
 * started with a module of ours, which hooks module loading there, loads the Worker's own module, and makes the Worker
 * look as if it had been started with that one: see `worker_boot.ts`. Nothing that a Worker runs migrates.
 *
 * Code that is given as text (`data:`, `blob:`, `eval: true`) or comes from elsewhere runs as it is, as all code made from
 * strings does, and so do Workers that may not read what the runtime needs. These are named, with the reason.
 */
import process from "node:process";
import { apply, construct, defineProperty, getOwnPropertyDescriptor } from "./intrinsics.ts";
import { OWN, RUNTIME } from "./own_code.ts";
import { ownStack } from "./stack.ts";
import type { SyncPort } from "./sync_port.ts";

const NODE_WORKERS = "node:worker_threads";
/** What rewritten modules import instead. */
export const NODE_WORKERS_SOURCE =
  `export*from"${NODE_WORKERS}";import d from"${NODE_WORKERS}";export default d;export const Worker=d.Worker;`;

/** The first message that a Worker gets. */
export interface WorkerStart {
  /** Where its pipes to the supervisor are. */
  readonly pipes: string;
  /** Of the Worker's own module. */
  readonly url: string;
  readonly kind: WorkerKind;
}

type WorkerKind = "web" | "node";

const BOOT = new URL("thread/worker_boot.ts", RUNTIME);
/** All that a Worker has to read for it. */
const RUNTIME_FOLDER = decodeURIComponent(new URL(RUNTIME).pathname);
const CODE = "code given to a Worker";
/** Why a Worker's module runs as it is. */
const NOT_A_FILE = "what a Worker is started with is rewritten only if it is a file";
const MAY_NOT_READ =
  "a Worker can only run rewritten where it may read this runtime's files and write to its pipes";
const TOO_MANY = "too many Workers run rewritten already";
const OWN_PERMISSIONS = "its Worker has permissions of its own";
const URLCtor = URL;
const isURL = (value: unknown): value is URL => value instanceof URLCtor;
const hrefOf = getOwnPropertyDescriptor(URL.prototype, "href")!.get!;
const { querySync } = Deno.permissions;
const permissions = Deno.permissions;
const { statSync, cwd } = Deno;

/** From now on, Workers that this thread starts run rewritten. Returns what stands for which constructor. */
export function rewriteWorkers(port: SyncPort): ReadonlyMap<Function, Function> {
  const told = new Set<string>();
  const tell = (url: string, reason: string) => {
    if (told.has(url)) return;
    told.add(url);
    port.request({ op: "supervisor", request: { op: "bypassed", urls: [url], reason } });
  };
  const stands = new Map<Function, Function>();
  const watch = (holder: object, kind: WorkerKind) => {
    const own = getOwnPropertyDescriptor(holder, "Worker");
    if (typeof own?.value !== "function" || own.configurable !== true) return;
    const stand = standFor(own.value, { kind, port, tell });
    stands.set(stand, own.value);
    defineProperty(holder, "Worker", { ...own, value: stand });
    const { prototype } = own.value;
    defineProperty(prototype, "constructor", {
      ...getOwnPropertyDescriptor(prototype, "constructor"),
      value: stand,
    });
  };
  watch(globalThis, "web");
  watch(process.getBuiltinModule(NODE_WORKERS), "node");
  return stands;
}

/** The constructor, for whoever calls, extends or looks at it; but what it starts runs rewritten. */
function standFor(
  ctor: Function,
  { kind, port, tell }: { kind: WorkerKind; port: SyncPort; tell: (url: string, reason: string) => void },
): Function {
  const post = ctor.prototype.postMessage;
  const stand: Function = new Proxy(ctor, {
    construct(target, args, newTarget) {
      try {
        const own = ownModule(kind, args[0], { options: args[1], folder: port.folder });
        const make = (given: unknown[]) => construct(target, given, newTarget === stand ? target : newTarget);
        if (own.url === undefined) {
          const worker = make(args);
          if (own.reason !== undefined) tell(moduleOf(args[0], args[1]), own.reason);
          return worker;
        }
        const pipes: string | undefined = port.request({ op: "supervisor", request: { op: "worker" } });
        if (typeof pipes !== "string") {
          tell(own.url, TOO_MANY);
          return make(args);
        }
        const worker = make([BOOT, ...args.slice(1)]);
        const start: WorkerStart = { pipes, url: own.url, kind };
        apply(post, worker, [start]);
        return worker;
      } catch (error) {
        withoutOwnFrames(error);
        throw error;
      }
    },
  });
  return stand;
}

/** URL of the file whose module a Worker is to run, or why it can't run rewritten. Runs nothing of the app's. */
function ownModule(
  kind: WorkerKind,
  specifier: unknown,
  { options, folder }: { readonly options: unknown; readonly folder: string },
): { readonly url?: string; readonly reason?: string } {
  const own = (key: string): PropertyDescriptor | undefined =>
    typeof options === "object" && options !== null ? getOwnPropertyDescriptor(options, key) : undefined;
  if (kind === "web" && own("type")?.value !== "module") return {};
  if (kind === "web" && own("deno") !== undefined) return { reason: OWN_PERMISSIONS };
  const url = kind === "node" && own("eval") !== undefined ? undefined : fileUrl(kind, specifier);
  if (url === undefined) return { reason: NOT_A_FILE };
  try {
    // What can't be loaded is reported by Deno itself.
    if (!statSync(new URLCtor(url)).isFile) return {};
    const may = (name: "read" | "write", path: string) =>
      apply(querySync, permissions, [{ name, path }]).state === "granted";
    const all = may("read", RUNTIME_FOLDER) && may("read", folder) && may("write", folder);
    return all ? { url } : { reason: MAY_NOT_READ };
  } catch {
    return {};
  }
}

function fileUrl(kind: WorkerKind, specifier: unknown): string | undefined {
  const text = isURL(specifier) ? apply(hrefOf, specifier, []) as string : specifier;
  if (typeof text !== "string") return undefined;
  if (text.startsWith("file:")) return kind === "web" || isURL(specifier) ? text : undefined;
  if (!/^\.{0,2}\//.test(text)) return undefined;
  if (kind === "node") {
    const { pathToFileURL } = process.getBuiltinModule("node:url");
    const { resolve } = process.getBuiltinModule("node:path");
    return pathToFileURL(resolve(cwd(), text)).href;
  }
  return globalThis.location === undefined ? undefined : new URLCtor(text, globalThis.location.href).href;
}

/** Reads nothing that could tell. */
function moduleOf(specifier: unknown, options: unknown): string {
  if (typeof options === "object" && options !== null) {
    if (getOwnPropertyDescriptor(options, "eval")?.value === true) return CODE;
  }
  const text = isURL(specifier) ? apply(hrefOf, specifier, []) as string : specifier;
  if (typeof text !== "string" || /^(data|blob):/.test(text)) return CODE;
  return text.startsWith("/") ? new URLCtor(`file://${text}`).href : text;
}

function withoutOwnFrames(error: unknown): void {
  const stack = error instanceof Error ? ownStack(error) : undefined;
  stack?.set(stack.text.split("\n").filter((line) => !line.includes(OWN)).join("\n"));
}
