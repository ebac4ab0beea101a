/** What the runtime needs that the app may not have: granted at the start, given back before the app runs. */
export interface ExtraPermissions {
  readonly flags: readonly string[];
  readonly revoke: readonly Deno.PermissionDescriptor[];
}

/** Works out which permissions to add to the app's own Deno flags. */
export function extraPermissions(
  appFlags: readonly string[],
  paths: {
    read: readonly string[];
    write?: readonly string[];
    sampling: boolean;
  },
): ExtraPermissions {
  if (appFlags.some((flag) => /^(-A|--allow-all|-P|--permission-set)(=|$)/.test(flag))) {
    return { flags: [], revoke: [] };
  }
  const flags: string[] = [];
  const revoke: Deno.PermissionDescriptor[] = [];
  const add = (name: "read" | "write", short: string, values: readonly string[]) => {
    if (values.length === 0) return;
    if (appFlags.some((flag) => flag === `--allow-${name}` || flag === short)) return;
    flags.push(`--allow-${name}=${values.join(",")}`);
    for (const value of values) revoke.push({ name, path: value });
  };
  add("read", "-R", paths.read);
  add("write", "-W", paths.write ?? []);
  // The inspector's own permission can't be named on a command line; all of them go back together.
  if (paths.sampling && !appFlags.some((flag) => /^(-S|--allow-sys)(=|$)/.test(flag))) {
    flags.push("--allow-sys");
    revoke.push({ name: "sys" });
  }
  return { flags, revoke };
}

/** Whether an app's process that ended before its main module ran left nothing behind that a second one shows. */
export function mayStartAgain(appFlags: readonly string[]): boolean {
  return !appFlags.some((flag) => /^--(preload|import|require|watch|inspect)/.test(flag));
}

/**
 * Lets capture ask the engine for objects' layouts, and the young generation begin with the size (MiB) that it would grow to:
 * starting under the runtime allocates much, and collecting it often is 3 % of a run's instructions. Not beside V8 flags of the
 * user's own, which may be given only once.
 */
export function engineFlags(appFlags: readonly string[]): readonly string[] {
  const taken = appFlags.some((flag) => flag.startsWith("--v8-flags"));
  return taken ? [] : ["--v8-flags=--allow-natives-syntax,--min-semi-space-size=16"];
}

/** Runs a command as the user's own program: its terminal, its signals, its exit code. */
export async function runForeground(command: string, args: readonly string[]): Promise<number> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const forward = (signal: Deno.Signal) => () => {
    try {
      child.kill(signal);
    } catch {
      // It has ended.
    }
  };
  // Ctrl-C reaches the app from the terminal itself; this process only has to outlive it.
  const handlers: [Deno.Signal, () => void][] = [["SIGINT", () => {}], ["SIGTERM", forward("SIGTERM")], [
    "SIGHUP",
    forward("SIGHUP"),
  ]];
  for (const [signal, handler] of handlers) Deno.addSignalListener(signal, handler);
  const status = await child.status;
  for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
  return status.code;
}
