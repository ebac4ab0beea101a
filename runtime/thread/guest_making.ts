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

const now = performance.now.bind(performance);
/** A guest waits no longer than this for the device to rewrite: then the engine makes what can't go home. */
const MOST_WAIT_MS = 2000;

/** Makes functions of texts at a guest: of code that the device knows too, so that they can go there. */
export function guestMake({ code, registry, rewritten }: GuestMakingParts): Make {
  const keys = new SafeMap<string, string | null>();
  let waitedMs = 0;
  const keyOf = (script: string): string | null => {
    const known = keys.get(script);
    if (known !== undefined || waitedMs >= MOST_WAIT_MS) return known ?? null;
    const began = now();
    const made = rewritten(script);
    waitedMs += now() - began;
    if (made !== null) code.addMade(made, registry, guestStack.place?.());
    keys.set(script, made?.key ?? null);
    return made?.key ?? null;
  };
  return (constructor, args, isApplied) => {
    const texts = madeTexts(constructor, args, isApplied);
    if (texts === undefined) return { args };
    const script = scriptOf(texts);
    const key = script === undefined ? null : keyOf(script);
    if (key === null) return { args: texts };
    const take = () => registry.createClosure(key, 0, [], null);
    return { args: texts, text: "", eval: evaluate, take };
  };
}
