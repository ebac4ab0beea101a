/**
 * The preload modules of app processes, by URL: they are given to Deno, not imported.
 *
 * @module
 */
export const bootUrl: string = new URL("./boot.js", import.meta.url).href;
/** For an app that is only watched. */
export const watchUrl: string = new URL("./watch.js", import.meta.url).href;

/** What they load: an app process must be able to read this until the app starts. */
export const bootFolders: readonly string[] = ["./", "../../analysis/cost/", "../../runtime/"]
  .map((path) => decodeURIComponent(new URL(path, import.meta.url).pathname));
