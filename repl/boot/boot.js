// The preload module of an app process; its query says where the supervisor listens. Plain JavaScript: its URL differs
// in every run, so that nothing of it is found in Deno's cache.
const begunMs = performance.now();
const globals = Reflect.ownKeys(globalThis);
// Only now: what loading it leaves on the global object is not the app's to see.
const { start } = await import("./start.ts");
await start(new URL(import.meta.url).searchParams.get("supervisor"), { globals, begunMs });
