import { isBuiltin } from "node:module";
import { defineProperty, SafeWeakMap } from "../heap/intrinsics.ts";
import { forEach } from "../heap/lists.ts";
import { startsWith } from "../heap/texts.ts";
import type { Abandon } from "./guest_files.ts";
import { type HostType, REQUIRE, text } from "./host_type.ts";

/** What of it means the device. */
const DEVICES = ["resolve", "main", "extensions", "cache"] as const;

interface Required {
  readonly url: string;
  /** Specifiers and what they led to, in turns. */
  loaded: readonly unknown[];
}

/** What stands at the clone for the `require` of a script: it gives what the device has loaded, and built-in modules. */
export function guestRequires(
  { abandon, builtin }: { readonly abandon: Abandon; readonly builtin: (url: string) => unknown },
): HostType {
  const known = new SafeWeakMap<object, Required>();
  const find = ({ loaded }: Required, id: unknown): unknown => {
    for (let i = 0; i < loaded.length; i += 2) if (loaded[i] === id) return loaded[i + 1];
    const found = typeof id === "string" && isBuiltin(id)
      ? builtin(startsWith(id, "node:") ? id : `node:${id}`)
      : undefined;
    return found ?? abandon(`it requires ${typeof id === "string" ? id : `a ${typeof id}`}`);
  };
  const make = (url: string): Function => {
    const own: Required = { url, loaded: [] };
    const require = function require(id: unknown): unknown {
      return find(own, id);
    };
    forEach(DEVICES, (key) => {
      const touched = () => abandon(`it uses require.${key}`, { what: `require.${key}` });
      defineProperty(require, key, { get: touched, set: touched, enumerable: true, configurable: true });
    });
    known.set(require, own);
    return require;
  };
  return {
    name: REQUIRE,
    prototype: Function.prototype,
    read: (value) => {
      const own = known.get(value);
      return own && { fixed: [own.url], state: own.loaded };
    },
    make: ({ 0: url }) => make(text(url)),
    fill: (value, state) => void (known.get(value)!.loaded = state),
    sample: () => make(""),
  };
}
