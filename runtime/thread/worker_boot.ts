/**
 * What a Worker of the app's is started with instead of its own module. It hooks module loading, then loads that module,
 * and leaves everything as if the Worker had been started with it: `location`, `import.meta.main`, `process.argv`,
 * `require`, global names, and messages that came meanwhile.
 */
import { globals, listed } from "./globals_before.ts";
import { bootWorker } from "./worker_thread.ts";

await bootWorker({ globals, listed });
