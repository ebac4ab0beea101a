/**
 * msgpackr with structured clone, as a baseline. Its optional native part has no build for each platform in every registry,
 * which a frozen install trips over, so it is installed here, apart from the project, with nothing in that part's place: the
 * plain JavaScript that browsers run. (The native part only speeds up reading strings.)
 */
export interface Codec {
  pack(value: unknown): Uint8Array;
  unpack(bytes: Uint8Array): unknown;
}

/** Installs it the first time. @throws {Error} if it can't be installed */
export async function msgpackr(): Promise<Codec> {
  const installed = new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--frozen"],
    cwd: new URL(".", import.meta.url),
    stdout: "null",
  }).outputSync();
  if (!installed.success) {
    throw new Error(`Cannot install msgpackr: ${new TextDecoder().decode(installed.stderr).trim()}`);
  }
  // By path: the project's own configuration knows nothing of it.
  const { Packr } = await import(new URL("./node_modules/msgpackr/index.js", import.meta.url).href);
  return new Packr({ structuredClone: true });
}
