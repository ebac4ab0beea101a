/** What of the host migrated code may use as it is; everything else is wrapped, or means the device and is pinned there. */

/** Members of `Deno` that are plain values or computation. */
export const DENO_AS_IS: ReadonlySet<string> = new Set([
  "inspect",
  "errors",
  "version",
  "internal",
  "customInspect",
  "SeekMode",
]);

/** Accessors of `Deno` that hold no function. Those of all others load one when it is first asked for. */
export const DENO_FACTS: ReadonlySet<string> = new Set(["ppid", "telemetry", "jupyter"]);

/** Built-in Node modules that only compute. */
export const NODE_AS_IS: ReadonlySet<string> = new Set([
  "assert",
  "assert/strict",
  "async_hooks",
  "buffer",
  "constants",
  "crypto",
  "diagnostics_channel",
  "events",
  "path",
  "path/posix",
  "path/win32",
  "punycode",
  "querystring",
  "readline",
  "readline/promises",
  "stream",
  "stream/consumers",
  "stream/promises",
  "stream/web",
  "string_decoder",
  "sys",
  "timers",
  "timers/promises",
  "url",
  "util",
  "util/types",
  "zlib",
]);

/** What only computes of the others. */
export const NODE_PARTS_AS_IS: ReadonlySet<string> = new Set([
  "node:net.BlockList",
  "node:net.isIP",
  "node:net.isIPv4",
  "node:net.isIPv6",
  "node:v8.deserialize",
  "node:v8.serialize",
]);

/** Globals that mean the device: its network, its screen, its storage, its processes. */
export const GLOBALS_PINNED: readonly string[] = [
  "fetch",
  "WebSocket",
  "WebSocketStream",
  "WebTransport",
  "SharedWorker",
  "EventSource",
  "Worker",
  "BroadcastChannel",
  "alert",
  "confirm",
  "prompt",
  "localStorage",
  "sessionStorage",
  "caches",
  "close",
  "reportError",
  "addEventListener",
  "removeEventListener",
];

/** Events of the app's own process: a handler set here would be lost. */
export const HANDLERS_PINNED: readonly string[] = [
  "onbeforeunload",
  "onerror",
  "onload",
  "onunhandledrejection",
  "onunload",
];
