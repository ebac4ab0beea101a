const OUTER = /\n\/\/# sourceMappingURL=(?!data:)(\S+)\s*$/;

/**
 * A module's text with the source map of a file beside it, if it names one, put inline: the engine reads that file itself,
 * but only of the text that it loaded.
 */
export function withOuterMap(source: string, url: string): string {
  const match = OUTER.exec(source);
  if (match === null || !url.startsWith("file:")) return source;
  try {
    const place = new URL(match[1]!, url);
    const map = JSON.parse(Deno.readTextFileSync(place));
    const root = map.sourceRoot ?? "";
    const sources = map.sources.map((name: string) => new URL(root + name, place).href);
    const bytes = new TextEncoder().encode(JSON.stringify({ ...map, sourceRoot: undefined, sources }));
    const encoded = (bytes as Uint8Array & { toBase64(): string }).toBase64();
    return `${source.slice(0, match.index)}\n//# sourceMappingURL=data:application/json;base64,${encoded}`;
  } catch {
    // Without a readable map the engine shows the module's own places too.
    return source;
  }
}
