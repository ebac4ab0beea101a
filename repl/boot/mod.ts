/**
 * The preload module of app processes, by URL: it is given to Deno, not imported.
 *
 * @module
 */
export const bootUrl: string = new URL("./boot.js", import.meta.url).href;

/** What it loads: an app process must be able to read this until the app starts. */
export const bootFolders: readonly string[] = ["./", "../../analysis/cost/", "../../runtime/"]
  .map((path) => decodeURIComponent(new URL(path, import.meta.url).pathname));
