// The preload module of an app process; its query says where the supervisor's folder is, which may be called after that process.
const begunMs = performance.now();
const globals = Reflect.ownKeys(globalThis);
// Only now: what loading it leaves on the global object is not the app's to see.
const { start } = await import("./start.ts");
const { searchParams } = new URL(import.meta.url);
const folder = searchParams.get("supervisor") ?? `${searchParams.get("in")}/clonecloud-${Deno.ppid}`;
start(folder, { globals, begunMs });
