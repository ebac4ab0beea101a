import type { SourceModule } from "../../analysis/mod.ts";
import type { CodeService } from "../../runtime/mod.ts";
import type { App } from "./app.ts";
import { OVERRIDES_FILE } from "./app_memory.ts";

/** An app's loaded modules as the static analyzer takes them; libraries are left out. */
export function sourcesOf(code: Pick<CodeService, "modules">): SourceModule[] {
  return code.modules().filter(({ path }) => !path.startsWith("npm:")).map((
    { url, path, source, isModule },
  ) => ({
    url,
    path,
    text: source,
    kind: isModule ? "module" as const : "script" as const,
    imports: relativeImports(url),
  }));
}

/** Relative specifiers of a module mean what they say; anything else is not followed. */
function relativeImports(url: string): ReadonlyMap<string, string> {
  const imports = new Map<string, string>();
  imports.get = (specifier) => /^\.{0,2}\//.test(specifier) ? new URL(specifier, url).href : undefined;
  return imports;
}

/** What an app's plan depends on: files of its loaded modules, sorted, and what the user says about them, if it is there. */
export function filesOf(code: CodeService, { root }: App): string[] {
  const modules = code.modules().flatMap(({ url }) =>
    url.startsWith("file:") ? [decodeURIComponent(new URL(url).pathname)] : []
  );
  return [...modules.sort(), `${root}/${OVERRIDES_FILE}`];
}
