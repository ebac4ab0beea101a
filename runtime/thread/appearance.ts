import type { FunctionDescription } from "../heap/access.ts";
import type { CodeRegistry } from "./code_registry.ts";
import { apply, functionText } from "./intrinsics.ts";

/**
 * Keeps what the rewriter added out of sight: `Function.prototype.toString` shows the source as it was, and `bind` notes
 * what it binds (nothing else can tell later). Both look like the built-ins they stand for.
 */
export function hideRewriting(
  registry: CodeRegistry,
  bound: WeakMap<Function, FunctionDescription>,
  stands: ReadonlyMap<Function, Function> = new Map(),
): void {
  const originalBind = Function.prototype.bind;
  const disguised = new WeakMap<Function, string>();
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
      const [thisValue, ...rest] = args;
      bound.set(fn, { type: "bound", target: this, thisValue, args: rest });
      return fn;
    },
  };
  for (const name of ["toString", "bind"] as const) {
    const replacement = replacements[name];
    disguised.set(replacement, `function ${name}() { [native code] }`);
    const length = Function.prototype[name].length;
    Object.defineProperty(replacement, "length", { value: length, configurable: true });
    Object.defineProperty(Function.prototype, name, {
      value: replacement,
      writable: true,
      configurable: true,
    });
  }
}
