/** Where the runtime's code lies, and how stack traces name it: one module of an app process may hold all of it. */
const HERE = new URL(import.meta.url);
const from = HERE.searchParams.get("runtime");

/** The folder `runtime/`, as a URL. */
export const RUNTIME: string = from ?? new URL("../", HERE).href;
/** What the URLs of its frames contain; those of a bundle aren't escaped in a stack trace, but its name needs no escapes. */
export const OWN: string = from === null
  ? RUNTIME
  : `${HERE.pathname.slice(HERE.pathname.lastIndexOf("/"))}?runtime=`;
