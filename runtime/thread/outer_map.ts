const OUTER = /\n\/\/# sourceMappingURL=(?!data:)(\S+)\s*$/;
const IN_PACKAGE = /\/node_modules\/|\/npm\/[^/]+\/(?:@[^/]+\/)?[^/]+\/\d+\.\d+\.\d+/;

/**
 * A module's text with the source map of a file beside it, if it names one, put inline: the engine reads that file itself,
 * but only of the text that it loaded.
 */
export function withOuterMap(source: string, url: string): string {
  const match = OUTER.exec(source);
  if (match === null || !url.startsWith("file:")) return source;
  try {
    const map = JSON.parse(Deno.readTextFileSync(new URL(match[1]!, url)));
    const root = (map.sourceRoot ?? "").replace(/\/$/, "");
    const sources = map.sources.map((name: string) => sourceUrl(withRoot(root, name), url));
    const bytes = new TextEncoder().encode(JSON.stringify({ ...map, sourceRoot: undefined, sources }));
    const encoded = (bytes as Uint8Array & { toBase64(): string }).toBase64();
    return `${source.slice(0, match.index)}\n//# sourceMappingURL=data:application/json;base64,${encoded}`;
  } catch {
    // Without a readable map the engine shows the module's own places too.
    return source;
  }
}

function withRoot(root: string, name: string): string {
  return root === "" || /^(\/|https?:)/.test(name) ? name : `${root}/${name}`;
}

/** What the engine names a source in stack traces: of packages, sources that weren't published go by the module's name. */
function sourceUrl(name: string, url: string): string {
  if (URL.canParse(name)) return name;
  const source = new URL(name, url);
  return IN_PACKAGE.test(source.pathname) && !isFile(source) ? url : source.href;
}

function isFile(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false;
  }
}
