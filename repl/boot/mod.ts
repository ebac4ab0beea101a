/**
 * The preload module of app processes, by URL: it is given to Deno, not imported.
 *
 * @module
 */
export const bootUrl: string = new URL("./boot.js", import.meta.url).href;
