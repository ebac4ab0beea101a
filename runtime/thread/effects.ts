import type { Effect } from "./protocol.ts";

const { writeSync: writeOut } = Deno.stdout;
const { writeSync: writeErr } = Deno.stderr;
const setExitCode = Reflect.getOwnPropertyDescriptor(Deno, "exitCode")!.set!.bind(Deno);

/** The console's own functions, whatever the app puts in their place. */
const consoleCalls: Record<string, (...args: any[]) => unknown> = Object.fromEntries(
  ["log", "error", "group", "groupEnd", "count", "countReset", "time", "timeLog", "timeEnd", "clear"].map(
    (name) => [name, (console as any)[name]],
  ),
);

/** Prints what migrated code printed, in its order; what it did to files has landed before. */
export function performEffects(effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.type === "print") write(effect.fd, new TextEncoder().encode(effect.text));
    else if (effect.type === "console") print(effect.call, effect.args);
    else if (effect.type === "write") write(effect.fd, Uint8Array.fromBase64(effect.base64));
    else setExitCode(effect.code);
  }
}

/** A single text is printed as it is, with the indentation of the device's groups. */
function print(call: string, args: readonly string[]): void {
  const known = Object.hasOwn(consoleCalls, call) ? consoleCalls[call] : undefined;
  if (known === undefined) throw new TypeError(`Cannot do console.${call} for migrated code: unknown call`);
  known(...args);
}

function write(fd: 1 | 2, bytes: Uint8Array): void {
  const stream = fd === 1 ? Deno.stdout : Deno.stderr;
  const method = fd === 1 ? writeOut : writeErr;
  for (let at = 0; at < bytes.length;) at += Reflect.apply(method, stream, [bytes.subarray(at)]);
}
