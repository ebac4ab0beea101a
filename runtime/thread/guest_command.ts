/** What a clone's owner allows one guest. */
export interface GuestLimits {
  /** V8's old-generation limit, MiB. */
  readonly heapMiB: number;
  /** The guest's language (BCP 47). */
  readonly locale: string;
  /** The guest's time zone (IANA). */
  readonly timeZone: string;
}

/** How to start a guest process: its stdin and stdout are the framed channel. */
export interface GuestCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The command line of a guest process, which has no permission at all.
 *
 * `denoPath` is the Deno to run it with; it may differ from `Deno.execPath()` under emulation.
 */
export function guestCommand(denoPath: string, limits: GuestLimits): GuestCommand {
  return {
    command: denoPath,
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-config",
      "--no-lock",
      // What isn't shipped isn't there: an import must neither reach the network nor fill the clone's caches.
      "--no-remote",
      "--no-npm",
      "--cached-only",
      // A device's code stays out of the engine's own cache, which revoking the device would not wipe.
      "--no-code-cache",
      `--v8-flags=--max-old-space-size=${limits.heapMiB},--stack-size=3900`,
      new URL("./guest_entry.ts", import.meta.url).href,
    ],
    env: {
      NO_COLOR: "1",
      DENO_NO_UPDATE_CHECK: "1",
      DENO_NO_PROMPT: "1",
      LANG: posixLocale(limits.locale),
      TZ: limits.timeZone,
    },
  };
}

/** The language as the environment names it; `C` is Deno's `en-US-u-va-posix`. */
function posixLocale(locale: string): string {
  if (locale.endsWith("-u-va-posix")) return "C";
  const { language, region } = new Intl.Locale(locale);
  return `${region === undefined ? language : `${language}_${region}`}.UTF-8`;
}
