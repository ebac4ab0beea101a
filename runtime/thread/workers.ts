/**
 * Workers run their modules as they are: Deno registers module hooks for one isolate and has Workers inherit none. What
 * stands here for their constructors only names the modules, so that a person knows what can't migrate.
 */
import process from "node:process";
import { apply, construct, defineProperty, getOwnPropertyDescriptor } from "./intrinsics.ts";
import { ownStack } from "./stack.ts";

const NODE_WORKERS = "node:worker_threads";
/** What rewritten modules import instead. */
export const NODE_WORKERS_SOURCE =
  `export*from"${NODE_WORKERS}";import d from"${NODE_WORKERS}";export default d;export const Worker=d.Worker;`;

const CODE = "code given to a Worker";
const OWN = import.meta.url;
const URLCtor = URL;
const isURL = (value: unknown): value is URL => value instanceof URLCtor;
const hrefOf = getOwnPropertyDescriptor(URL.prototype, "href")!.get!;

/** Tells of each Worker's module, once it was started. Returns what stands for which constructor. */
export function watchWorkers(started: (url: string) => void): ReadonlyMap<Function, Function> {
  const told = new Set<string>();
  const tell = (url: string) => {
    if (told.has(url)) return;
    told.add(url);
    started(url);
  };
  const stands = new Map<Function, Function>();
  const watch = (holder: object) => {
    const own = getOwnPropertyDescriptor(holder, "Worker");
    if (typeof own?.value !== "function" || own.configurable !== true) return;
    const stand = watched(own.value, tell);
    stands.set(stand, own.value);
    defineProperty(holder, "Worker", { ...own, value: stand });
    const { prototype } = own.value;
    defineProperty(prototype, "constructor", {
      ...getOwnPropertyDescriptor(prototype, "constructor"),
      value: stand,
    });
  };
  watch(globalThis);
  // deno-lint-ignore no-explicit-any
  watch((process as any).getBuiltinModule(NODE_WORKERS));
  return stands;
}

/** The constructor, for whoever calls, extends or looks at it; but each call is seen. */
function watched(ctor: Function, started: (url: string) => void): Function {
  const stand: Function = new Proxy(ctor, {
    construct(target, args, newTarget) {
      try {
        const worker = construct(target, args, newTarget === stand ? target : newTarget);
        started(moduleOf(args[0], args[1]));
        return worker;
      } catch (error) {
        withoutOwnFrames(error);
        throw error;
      }
    },
  });
  return stand;
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
