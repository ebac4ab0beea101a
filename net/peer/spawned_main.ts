/** The process of a spawned clone: starts a peer as the first line of stdin says, and ends with stdin. */
import process from "node:process";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { startPeer } from "./peer.ts";
import { clearStaleClones } from "./stale_clones.ts";
import type { SpawnedOptions } from "./spawned_clone.ts";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const options = JSON.parse((await lines.next()).value ?? "") as SpawnedOptions;
const peer = await startPeer(options);
console.log(peer.addresses()[0]);
// Others' that were killed.
const clearing = clearStaleClones();
await lines.next();
await clearing;
await peer.stop();
// Whoever started it may be gone and can't.
await rm(options.home, { recursive: true, force: true });
Deno.exit(0);
