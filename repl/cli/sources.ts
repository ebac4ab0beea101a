import type { SourceModule } from "../../analysis/mod.ts";
import type { CodeService } from "../../runtime/mod.ts";

/** An app's loaded modules as the static analyzer takes them; libraries are left out. */
export function sourcesOf(code: CodeService): SourceModule[] {
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

/** Files of an app's loaded modules, sorted. */
export function filesOf(code: CodeService): string[] {
  return code.modules().flatMap(({ url }) =>
    url.startsWith("file:") ? [decodeURIComponent(new URL(url).pathname)] : []
  ).sort();
}
