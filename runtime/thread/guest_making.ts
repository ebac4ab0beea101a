import type { CodeRegistry } from "./code_registry.ts";
import type { GuestCode } from "./guest_code.ts";
import { guestStack } from "./guest_stack.ts";
import { SafeMap } from "./intrinsics.ts";
import { evaluate, madeTexts, type Make, scriptOf } from "./making.ts";
import type { MadeForGuest } from "./protocol.ts";

/** What a {@linkcode guestMake} works with. */
export interface GuestMakingParts {
  readonly code: GuestCode;
  readonly registry: CodeRegistry;
  /** Has the device rewrite a script that returns a function; null if that can't be, or mustn't. */
  rewritten(script: string): MadeForGuest | null;
}

/** Makes functions of texts at a guest: of code that the device knows too, so that they can go there. */
export function guestMake({ code, registry, rewritten }: GuestMakingParts): Make {
  const keys = new SafeMap<string, string | null>();
  return (constructor, args, isApplied) => {
    const texts = madeTexts(constructor, args, isApplied);
    if (texts === undefined) return { args };
    const script = scriptOf(texts);
    if (script === undefined) return { args: texts };
    let key = keys.get(script);
    if (key === undefined) {
      const made = rewritten(script);
      if (made !== null) code.addMade(made, registry, guestStack.place?.());
      keys.set(script, key = made?.key ?? null);
    }
    if (key === null) return { args: texts };
    const take = () => registry.createClosure(key, 0, [], null);
    return { args: texts, text: "", eval: evaluate, take };
  };
}
