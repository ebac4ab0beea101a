import process from "node:process";
import { UNINITIALISED } from "../heap/access.ts";
import type { CodeRegistry } from "./code_registry.ts";
import type { StageVariable } from "./stages.ts";

/** How values are shown: nothing of the app's is called, and a line stays a line. */
const SHOWN = {
  customInspect: false,
  getters: false,
  showProxy: true,
  colors: false,
  depth: 1,
  maxArrayLength: 8,
  maxStringLength: 80,
  breakLength: Infinity,
  compact: true,
};
const MAX_SHOWN = 200;

/** What a method sees at its migration point: `this`, arguments, captured variables and the module bindings it names. */
export function variablesAt(
  registry: CodeRegistry,
  { module, site }: { readonly module: string; readonly site: number },
  [fn, self, args]: readonly [Function, unknown, readonly unknown[]],
): StageVariable[] {
  const variables: StageVariable[] = [{ name: "this", where: "this", value: show(self) }];
  args.forEach((arg, i) => variables.push({ name: `arguments[${i}]`, where: "argument", value: show(arg) }));
  const description = registry.describe(fn);
  if (description.type === "closure") {
    for (const scope of description.scopes) {
      for (let i = 0; i < scope.size; i++) {
        const name = registry.variableName(scope.module, scope.scope, i);
        variables.push({ name, where: "captured", value: show(scope.read(i)) });
      }
    }
  }
  for (const ref of registry.freeBindings(module, site)) {
    const value = registry.readBinding(ref);
    variables.push({ name: registry.bindingName(ref), where: "module", value: show(value) });
  }
  return variables;
}

function show(value: unknown): string {
  if (value === UNINITIALISED) return "(not initialised yet)";
  const { inspect } = process.getBuiltinModule("node:util");
  try {
    const text = inspect(value, SHOWN).replaceAll(/\s*\n\s*/g, " ");
    return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  } catch (error) {
    return `(can't be shown: ${(error as Error)?.name})`;
  }
}
