import type { AppConfig } from "../../runtime/mod.ts";
import { modulePath } from "./app.ts";
import type { RunOptions } from "./run_options.ts";

/** What an app's process is told of its run, besides what the user asked for. */
export interface RunFacts {
  /** Methods with a migration point. */
  readonly methods: readonly string[];
  readonly sessionVersion: number;
  /** No session is opened. */
  readonly alone: boolean;
  readonly trace: boolean;
  /** Somebody steps through it. */
  readonly stepping: boolean;
  /** Whether the app is sampled. */
  readonly profile: boolean;
  /** What the app process decides from; null decides nothing. */
  readonly model: unknown;
  /** Permissions that only the runtime needs. */
  readonly revoke: AppConfig["revoke"];
}

/** The configuration of an app's process. */
export function appConfig(options: RunOptions, facts: RunFacts): AppConfig {
  const { app, args, clones, link, forced, instrument, files } = options;
  const { alone, sessionVersion, methods, trace, stepping, profile, model, revoke } = facts;
  return {
    ...{ methods, forced, instrument, trace, revoke, stepping, profile, model },
    session: alone ? undefined : {
      op: "session",
      sessionVersion,
      clones,
      app: modulePath(app.main, app.root),
      deno: Deno.version.deno,
      locale: navigator.language,
      timeZone: Temporal.Now.timeZoneId(),
      ...(link !== undefined && { link }),
    },
    roots: [
      app.root,
      Deno.cwd(),
      ...argumentPaths(args),
      ...files.map((path) => Deno.realPathSync(path)),
    ],
    start: processStart(options, sessionVersion),
  };
}

/** What the app's process shows of itself, for guests to show the same. */
function processStart({ app, args }: RunOptions, sessionVersion: number): AppConfig["start"] {
  const terminal = [Deno.stdin.isTerminal(), Deno.stdout.isTerminal(), Deno.stderr.isTerminal()] as const;
  return {
    sessionVersion,
    mainModule: app.main,
    args,
    cwd: Deno.cwd(),
    env: {},
    noColor: Deno.noColor,
    terminal,
    // Not `Intl`, whose first formatter costs 20 ms of CPU time.
    timeZone: Temporal.Now.timeZoneId(),
    locale: navigator.language,
    temporary: (Deno.env.get("TMPDIR") || "/tmp").replace(/(.)\/+$/, "$1"),
    owner: { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, umask: Deno.umask() },
    execPath: Deno.execPath(),
    processors: navigator.hardwareConcurrency,
    build: { ...Deno.build },
  };
}

/** Paths among the app's arguments that exist are files it means to use. */
function argumentPaths(args: readonly string[]): string[] {
  return args.flatMap((arg) => {
    try {
      return [Deno.realPathSync(arg)];
    } catch {
      return [];
    }
  });
}
