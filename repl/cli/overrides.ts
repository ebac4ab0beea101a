import { basename } from "node:path";
import { type Overrides, parseOverrides } from "../../analysis/mod.ts";
import { stateOf } from "../../net/home/mod.ts";
import { OVERRIDES_FILE } from "./app_memory.ts";

/** What the user says about host APIs and methods of an app. @throws {TypeError} with one line if the file is wrong. */
export function overridesFor(root: string, given?: string): Overrides | undefined {
  const file = given ?? `${root}/${OVERRIDES_FILE}`;
  let text;
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    if (given === undefined && error instanceof Deno.errors.NotFound) return undefined;
    throw new TypeError(`Cannot read ${file}: ${stateOf(error as Error)}`, { cause: error });
  }
  return parseOverrides(text, basename(file));
}
