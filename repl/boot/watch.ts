import { ownCpuMs } from "../../runtime/features/mod.ts";
import { installNoteHook, Sampler, watchLostImports } from "../../runtime/watch/mod.ts";

/** Larger ones are not kept: an app of so much code is not worth its disk. */
const MAX_NOTES_BYTES = 64 << 20;

/**
 * Watches an app from its first module to its end, for a later process to learn from: a JSON object a line goes to the file
 * `notes`, one for each module as it was loaded, and at the end `{ profile, watched }`. Without that line there is nothing to
 * learn.
 * An app that can't be loaded ends before it runs, with the line `{ lost }`, if it may be started `again`.
 */
export function watch(
  notes: string,
  { revoke, again, globals, begunMs }: {
    revoke: readonly Deno.PermissionDescriptor[];
    again: boolean;
    /** Keys of the global object before this was loaded: all others go. */
    globals: readonly PropertyKey[];
    /** When it began to be loaded, as `performance.now()` said. */
    begunMs: number;
  },
): void {
  const now = performance.now.bind(performance);
  const tell = noteWriter(notes);
  const sampler = tell === undefined ? undefined : startSampler();
  for (const permission of revoke) Deno.permissions.revokeSync(permission);
  if (tell !== undefined && sampler !== undefined) {
    installNoteHook(tell);
    if (again) {
      watchLostImports(() => {
        tell({ lost: true });
        Deno.exit(1);
      });
    }
    addEventListener("unload", () => {
      const stopsMs = now();
      const profile = sampler.stop();
      if (profile === undefined) return;
      const ownMs = bootMs + now() - stopsMs, sampledMs = stopsMs - begunMs - bootMs;
      const watched = { ownMs, sampledMs, wallMs: now(), cpuMs: ownCpuMs() };
      tell({ profile, watched });
    });
  }
  const bootMs = now() - begunMs;
  for (const key of Reflect.ownKeys(globalThis)) {
    if (!globals.includes(key)) Reflect.deleteProperty(globalThis, key);
  }
}

/** Writes lines for as long as that works: what can't be kept costs the app nothing. Uses nothing that the app may change. */
function noteWriter(path: string): ((note: object) => void) | undefined {
  const { stringify } = JSON;
  const encoder = new TextEncoder();
  const encode = encoder.encode.bind(encoder);
  try {
    const file = Deno.openSync(path, { append: true });
    const write = file.writeSync.bind(file);
    let left = MAX_NOTES_BYTES;
    return (note) => {
      if (left <= 0) return;
      const bytes = encode(`${stringify(note)}\n`);
      left -= bytes.length;
      try {
        if (left <= 0 || write(bytes) < bytes.length) left = 0;
      } catch {
        left = 0;
      }
    };
  } catch {
    return undefined;
  }
}

/** Without its own inspector the process runs as well; it only learns nothing. */
function startSampler(): Sampler | undefined {
  try {
    return new Sampler();
  } catch {
    return undefined;
  }
}
