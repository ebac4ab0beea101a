import type { FunctionDescription } from "../heap/access.ts";
import type { Builtins } from "../host/builtins.ts";
import type { CodeRegistry } from "./code_registry.ts";
import { apply, functionText, SafeWeakMap } from "./intrinsics.ts";
import { filter } from "../heap/lists.ts";

/**
 * Keeps what the rewriter added out of sight: `Function.prototype.toString` shows the source as it was, and `bind` notes
 * what it binds (nothing else can tell later). Both look like the built-ins they stand for, and travel by their names.
 */
export function hideRewriting(
  registry: CodeRegistry,
  bound: WeakMap<Function, FunctionDescription>,
  stands: ReadonlyMap<Function, Function>,
  builtins?: Pick<Builtins, "replace">,
): void {
  const originalBind = Function.prototype.bind;
  const disguised = new SafeWeakMap<Function, string>();
  const replacements = {
    toString(this: Function): string {
      const disguise = typeof this === "function" ? disguised.get(this) : undefined;
      if (disguise !== undefined) return disguise;
      const original = stands.get(this);
      if (original !== undefined) return functionText(original);
      const text = apply(functionText, undefined, [this]) as string;
      const made = typeof this === "function" ? registry.siteOf(this) : undefined;
      return made === undefined ? text : registry.sourceText(made.module, made.site) ?? text;
    },
    bind(this: Function, ...args: unknown[]): Function {
      const fn = apply(originalBind, this, args) as Function;
      const rest = filter(args, (_, i) => i > 0);
      bound.set(fn, { type: "bound", target: this, thisValue: args[0], args: rest });
      return fn;
    },
  };
  for (const name of ["toString", "bind"] as const) {
    const replacement = replacements[name];
    disguised.set(replacement, `function ${name}() { [native code] }`);
    const original = Function.prototype[name];
    builtins?.replace(original, replacement);
    Object.defineProperty(replacement, "length", { value: original.length, configurable: true });
    Object.defineProperty(Function.prototype, name, {
      value: replacement,
      writable: true,
      configurable: true,
    });
  }
}
