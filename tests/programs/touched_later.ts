// Patches all built-ins by counting ones, then loads modules; prints who called one meanwhile.
import { patchAll, state, touches } from "./counting.ts";

const { stringify } = JSON;
state.tellsCaller = true;
patchAll();
state.counts = true;
const { later } = await import("./touched_module.ts");
state.counts = false;
state.inside = true;
console.log(stringify({ touches, later: later(2) }));
