/** The preload module of app processes; its query names the supervisor's socket. */
export const bootUrl: string = new URL("./boot.js", import.meta.url).href;

/** What the migrator is loaded from: a Worker may only import what its process may read. */
export const runtimeFolder: string = new URL("../", import.meta.url).pathname;
