import * as nodeModule from "node:module";
import { newError } from "../heap/intrinsics.ts";
import { includes } from "../heap/lists.ts";
import { ownStack } from "../heap/stack.ts";
import { hasText, splitText, testRegExp } from "../heap/texts.ts";
import { leadsNowhere } from "./failed_import.ts";

/**
 * Calls `lost` when a module that an app imports statically can't be had, before anything of the app has run. With hooks on,
 * Deno fails then with other words than its own, or not at all; but the app can still be run without any. To be called behind
 * all other hooks. Returns whether it still does: these hooks are gone before the first script runs, before a module that
 * may require one, and after the first `import()`: `hasBegun` tells at each import whether it may be that one.
 */
export function watchLostImports(
  lost: () => void,
  hasBegun: (parent: string | undefined) => boolean = () => true,
): () => boolean {
  // deno-lint-ignore no-explicit-any
  const { registerHooks } = nodeModule as any;
  let isWatching = true;
  const end = () => {
    isWatching = false;
    hooks.deregister();
  };
  const hooks: { deregister(): void } = registerHooks({
    resolve(specifier: string, hook: Hook, next: Next<{ url: string }>) {
      if (isRequired(hook)) end();
      else if (isWatching && hasBegun(hook.parentURL) && isCalled()) {
        isWatching = false;
        // Not here: the engine doesn't bear it while it resolves an import.
        queue(end);
      }
      const result = next(specifier, hook);
      if (isWatching && leadsNowhere(specifier, hook.parentURL, result.url)) lost();
      return result;
    },
    load(url: string, hook: Hook, next: Next<{ source?: unknown }>) {
      if (isRequired(hook)) end();
      else if (isWatching && hasOtherType(url, hook.importAttributes?.type)) lost();
      const result = next(url, hook);
      if (isWatching && mayRequire(result.source)) end();
      return result;
    },
  });
  return () => isWatching;
}

const queue = queueMicrotask;

interface Hook {
  readonly conditions?: readonly string[];
  readonly parentURL?: string;
  readonly importAttributes?: { readonly type?: string };
}

type Next<T> = (given: string, hook: Hook) => T;

function isRequired({ conditions }: Hook): boolean {
  return conditions !== undefined && includes(conditions, "require");
}

/** Whether code of the app's is on the stack: static imports are resolved by the engine alone. Takes 50 µs to tell. */
function isCalled(): boolean {
  const frames = splitText(ownStack(new newError()) as string, "\n");
  return !testRegExp(/^ {4}at .*\(node:module:/, frames[frames.length - 1]!);
}

function mayRequire(source: unknown): boolean {
  return typeof source === "string" && hasText(source, "createRequire");
}

/** What a person may write wrongly, or isn't known here: to run it without hooks is never wrong. */
function hasOtherType(url: string, type: string | undefined): boolean {
  if (type === "text" || type === "bytes" || !testRegExp(/^(file|https?):/, url)) return false;
  return type === undefined ? isJson(url) : type !== "json" || !isJson(url);
}

function isJson(url: string): boolean {
  return testRegExp(/\.jsonc?([?#]|$)/, url);
}
