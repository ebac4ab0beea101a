import type { Effect } from "./protocol.ts";
import { forEach } from "../heap/lists.ts";
import { apply } from "./intrinsics.ts";

const { writeSync: writeOut } = Deno.stdout;
const { writeSync: writeErr } = Deno.stderr;
const setExitCode = Reflect.getOwnPropertyDescriptor(Deno, "exitCode")!.set!.bind(Deno);

/** The console's own functions, whatever the app puts in their place. */
const consoleCalls: Record<string, (...args: any[]) => unknown> = Object.fromEntries(
  ["log", "error", "group", "groupEnd", "count", "countReset", "time", "timeLog", "timeEnd", "clear"].map(
    (name) => [name, (console as any)[name]],
  ),
);

/** Calls of `console` that migrated code can have made. */
export const CONSOLE_CALLS: ReadonlySet<string> = new Set(Object.keys(consoleCalls));

/** Prints what migrated code printed, in its order; what it did to files has landed before. The effects were checked. */
export function performEffects(effects: readonly Effect[]): void {
  forEach(effects, (effect) => {
    if (effect.type === "print") write(effect.fd, new TextEncoder().encode(effect.text));
    else if (effect.type === "console") print(effect.call, effect.args);
    else if (effect.type === "write") write(effect.fd, Uint8Array.fromBase64(effect.base64));
    else setExitCode(effect.code);
  });
}

/** A single text is printed as it is, with the indentation of the device's groups. */
function print(call: string, args: readonly string[]): void {
  apply(consoleCalls[call]!, undefined, args as unknown[]);
}

function write(fd: 1 | 2, bytes: Uint8Array): void {
  const stream = fd === 1 ? Deno.stdout : Deno.stderr;
  const method = fd === 1 ? writeOut : writeErr;
  for (let at = 0; at < bytes.length;) at += apply(method, stream, [bytes.subarray(at)]);
}
