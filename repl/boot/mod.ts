/**
 * The preload modules of app processes, by URL: they are given to Deno, not imported.
 *
 * @module
 */
import { type Entry, findBundle, isBundle, stampOf } from "./bundle.ts";

export { isBundle, stampOf };

/** What app processes are started with. */
export interface AppCode {
  /** Preload modules: of an app whose methods may migrate, and of one that is only watched. */
  readonly urls: Readonly<Record<Entry, string>>;
  /** What they load: an app process must be able to read this until the app starts. */
  readonly folders: readonly string[];
  /** Whether that is one file, and not as many as there are modules. */
  readonly bundled: boolean;
}

const MODULES: Pick<AppCode, "urls" | "folders"> = {
  urls: {
    boot: new URL("./boot.js", import.meta.url).href,
    watch: new URL("./watch.js", import.meta.url).href,
  },
  folders: ["./", "../../analysis/cost/", "../../runtime/"]
    .map((path) => decodeURIComponent(new URL(path, import.meta.url).pathname)),
};

/** Looks whether there are bundles of this code as it is now; without stamps that are known to hold, this takes 2 ms. */
export function appCode(stamp: typeof stampOf = stampOf): AppCode {
  const found = findBundle({ stamp });
  if (found === undefined) return { ...MODULES, bundled: false };
  return { urls: found.urls, folders: [...MODULES.folders, found.folder], bundled: true };
}

/** Has bundles made behind this process, if there were none: for the next run. */
export async function bundleForNext({ bundled }: AppCode, denoPath: string): Promise<void> {
  if (bundled) return;
  try {
    const { startBundler } = await import(new URL("./bundler.ts", import.meta.url).href);
    startBundler(denoPath);
  } catch {
    // The next run loads the modules too.
  }
}
