import type { AppConfig } from "../../runtime/mod.ts";
import { absolutePath } from "../../runtime/paths/mod.ts";
import { modulePath } from "./app.ts";
import type { RunOptions } from "./run_options.ts";
import type { RunPlace } from "./run_place.ts";

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
export function appConfig(options: RunOptions, { shown }: RunPlace, facts: RunFacts): AppConfig {
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
      locale: shown.locale,
      timeZone: shown.timeZone,
      ...(link !== undefined && { link }),
    },
    roots: [
      app.root,
      shown.cwd,
      ...[...args.filter((arg) => arg !== ""), ...files].flatMap((path) => realPath(shown.cwd, path)),
    ],
    start: { ...shown, sessionVersion, mainModule: app.main, args },
  };
}

/** Of a path that exists. */
function realPath(cwd: string, path: string): string[] {
  try {
    return [Deno.realPathSync(absolutePath(cwd, path))];
  } catch {
    return [];
  }
}
