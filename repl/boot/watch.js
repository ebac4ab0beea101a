// The preload module of an app that is only watched; its query says where notes go, and what permissions go back.
const begunMs = performance.now();
const globals = Reflect.ownKeys(globalThis);
// Only now: what loading it leaves on the global object is not the app's to see.
const { watch } = await import("./watch.ts");
const { searchParams } = new URL(import.meta.url);
watch(searchParams.get("notes"), {
  revoke: JSON.parse(searchParams.get("revoke")),
  again: searchParams.has("again"),
  ...{ globals, begunMs },
});
