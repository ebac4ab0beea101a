/** What the migrator is loaded from: a Worker may only import what its process may read. */
export const runtimeFolder: string = new URL("../", import.meta.url).pathname;
