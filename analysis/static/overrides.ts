import type { HostApi } from "./host_api.ts";

/** What a user says about host APIs (`Deno.hostname`) and methods (`src/app.ts#read`), each with the reason. */
export interface Overrides {
  /** The file's name, for people. */
  readonly from: string;
  /** Must stay on the device. */
  readonly pin: ReadonlyMap<string, string>;
  /** Need not stay, whatever the table or the method's code says; what a clone can't do is still refused there. */
  readonly unpin: ReadonlyMap<string, string>;
}

/**
 * Reads `{ "pin": { "WHAT": "reason" }, "unpin": { "WHAT": "reason" } }`. @throws {TypeError} with one line that says what is wrong
 * and where.
 */
export function parseOverrides(text: string, from: string): Overrides {
  const wrong = (what: string) => new TypeError(`${from}: ${what.replaceAll(/\s+/g, " ")}`);
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw wrong(`no JSON: ${(error as Error).message}`);
  }
  if (!isRecord(given)) throw wrong(`must be an object: { "pin": {…}, "unpin": {…} }`);
  const unknown = Object.keys(given).find((key) => key !== "pin" && key !== "unpin");
  if (unknown !== undefined) throw wrong(`"${unknown}" is unknown: only "pin" and "unpin" may stand there`);
  const reasons = (key: "pin" | "unpin"): Map<string, string> => {
    const entries = given[key] ?? {};
    if (!isRecord(entries)) throw wrong(`"${key}" must be an object: { "Deno.hostname": "reason" }`);
    for (const [what, reason] of Object.entries(entries)) {
      if (what.trim() === "") throw wrong(`"${key}" has an empty name`);
      if (typeof reason !== "string" || reason.trim() === "") {
        throw wrong(`"${key}" of "${what}" needs a reason, as a text`);
      }
    }
    return new Map(Object.entries(entries as Record<string, string>));
  };
  const [pin, unpin] = [reasons("pin"), reasons("unpin")];
  const both = [...pin.keys()].find((what) => unpin.has(what));
  if (both !== undefined) throw wrong(`"${both}" is both pinned and unpinned`);
  return { from, pin, unpin };
}

/** Lines for the host API table. */
export function linesOf({ from, pin, unpin }: Overrides): HostApi[] {
  const lines = (reasons: ReadonlyMap<string, string>, is: HostApi[1]) =>
    [...reasons].filter(([what]) => !what.includes("#")).map((
      [what, reason],
    ): HostApi => [what, is, `${reason} (${from})`]);
  return [...lines(pin, "pinned"), ...lines(unpin, "pure")];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
