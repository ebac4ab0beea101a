import type { Overrides } from "../../analysis/mod.ts";
import type { CodeService, TraceEvent } from "../../runtime/mod.ts";
import type { App } from "./app.ts";
import { later } from "./later.ts";

/** A method that migrated and came to something that means the device, so that it had to be run again there. */
export interface KnownMiss {
  readonly method: string;
  /** The host API, or the state that couldn't travel. */
  readonly what: string;
  /** Methods from the one that migrated to the one whose code it was. */
  readonly through: readonly string[];
}

/** Collects the misses of a run from its events, the first of each method. */
export class Misses {
  readonly #byMethod = new Map<string, KnownMiss>();

  event({ event, method, miss }: TraceEvent): void {
    if (event !== "abandon" || miss === undefined || this.#byMethod.has(method)) return;
    this.#byMethod.set(method, { method, ...miss as Omit<KnownMiss, "method"> });
  }

  list(): readonly KnownMiss[] {
    return [...this.#byMethod.values()];
  }
}

/** `Deno.Command (through app.ts#helper)`: what a method came to, and by which others. */
export function wordsOf({ what, through }: Pick<KnownMiss, "what" | "through">): string {
  const path = through.slice(1);
  return path.length === 0 ? what : `${what} (through ${path.join(" > ")})`;
}

/** One line for each miss: what the static analyzer had not seen, and what it had. */
export async function missLines(
  code: Pick<CodeService, "modules">,
  { root }: App,
  misses: readonly KnownMiss[],
): Promise<string[]> {
  const { analyzeProgram, STEPS_WHILE_WAITING } = await later<typeof import("../../analysis/mod.ts")>(
    "../../analysis/mod.ts",
    import.meta.url,
  );
  const { sourcesOf } = await later<typeof import("./sources.ts")>("./sources.ts", import.meta.url);
  const overrides = await validOverrides(root);
  const options = { maxSteps: STEPS_WHILE_WAITING, ...(overrides === undefined ? {} : { overrides }) };
  const { methods } = analyzeProgram(sourcesOf(code), options);
  const seen = new Map(methods.map(({ id, pin, mayPin }) => [id as string, pin ?? mayPin]));
  return misses.map((miss) => {
    const known = seen.get(miss.method)?.api === miss.what;
    return `${known ? "" : "analyzer miss: "}${miss.method} reaches ${
      wordsOf(miss)
    }; it stays here from now on`;
  });
}

/** What the user says of the app, unless it can't be read: learning from the run tells them. */
async function validOverrides(root: string): Promise<Overrides | undefined> {
  const { overridesFor } = await later<typeof import("./overrides.ts")>("./overrides.ts", import.meta.url);
  try {
    return overridesFor(root);
  } catch {
    return undefined;
  }
}
