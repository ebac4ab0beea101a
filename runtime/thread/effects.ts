import type { Effect } from "./protocol.ts";

const { writeSync: writeOut } = Deno.stdout;
const { writeSync: writeErr } = Deno.stderr;
const setExitCode = Reflect.getOwnPropertyDescriptor(Deno, "exitCode")!.set!.bind(Deno);
const fileCalls: Record<string, (...args: any[]) => unknown> = {
  writeFileSync: Deno.writeFileSync,
  mkdirSync: Deno.mkdirSync,
  removeSync: Deno.removeSync,
  renameSync: Deno.renameSync,
  truncateSync: Deno.truncateSync,
  utimeSync: Deno.utimeSync,
  chmodSync: Deno.chmodSync,
};

/** The console's own functions, whatever the app puts in their place. */
const consoleCalls: Record<string, (...args: any[]) => unknown> = Object.fromEntries(
  ["log", "error", "group", "groupEnd", "count", "countReset", "time", "timeLog", "timeEnd", "clear"].map(
    (name) => [name, (console as any)[name]],
  ),
);

/** Does what migrated code did to the world, in its order. */
export function performEffects(effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.type === "print") write(effect.fd, new TextEncoder().encode(effect.text));
    else if (effect.type === "console") print(effect.call, effect.args);
    else if (effect.type === "write") write(effect.fd, fromBase64(effect.base64));
    else if (effect.type === "exit code") setExitCode(effect.code);
    else perform(effect.call, effect.args);
  }
}

/** A single text is printed as it is, with the indentation of the device's groups. */
function print(call: string, args: readonly string[]): void {
  const known = Object.hasOwn(consoleCalls, call) ? consoleCalls[call] : undefined;
  if (known === undefined) throw new TypeError(`Cannot do console.${call} for migrated code: unknown call`);
  known(...args);
}

function perform(call: string, args: readonly unknown[]): void {
  const known = Object.hasOwn(fileCalls, call) ? fileCalls[call] : undefined;
  if (known === undefined) throw new TypeError(`Cannot do "${call}" for migrated code: unknown call`);
  known(...args.map((arg) => isBytes(arg) ? fromBase64(arg.base64) : arg));
}

function write(fd: 1 | 2, bytes: Uint8Array): void {
  const stream = fd === 1 ? Deno.stdout : Deno.stderr;
  const method = fd === 1 ? writeOut : writeErr;
  for (let at = 0; at < bytes.length;) at += Reflect.apply(method, stream, [bytes.subarray(at)]);
}

function isBytes(value: unknown): value is { base64: string } {
  return typeof value === "object" && value !== null && "base64" in value;
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
