/**
 * What a guest process finds and may take, from its first instruction on, whatever code runs in it.
 *
 * Deno's permissions refuse files, network, processes, FFI and the environment. What they leave open is closed here: memory
 * outside of V8's heap, files that Deno itself writes for a program (`localStorage`, `caches`, compiled modules), core dumps.
 */
import { join } from "node:path";
import type { GuestCommand } from "../../runtime/mod.ts";
import { GUEST_FILE_BLOCKS, GUEST_FILES, GUEST_HARD_MARGIN_MIB } from "./constants.ts";

/** How guests are kept in. */
export interface SandboxOptions {
  /** Deno's folder for guests: compiled modules of the runtime, shared by all guests, and nothing of theirs. */
  readonly cache: string;
  /** Memory of one guest, MiB. */
  readonly memoryMiB: number;
  /** Whether it may use the graphics processor. */
  readonly gpu: boolean;
  /** Left out by tests only, to show what each is for. */
  readonly without: ReadonlySet<string>;
}

/** Sets limits that the process can't raise again, then becomes the command. Some systems know only some of them. */
const LIMIT_SCRIPT = `ulimit -c 0
ulimit -f "$1"
ulimit -n "$2"
ulimit -d "$3"
shift 3
exec "$@"`;

/** Makes the folder that is Deno's for guests. Where a program's own storage would go there is a file, so it can have none. */
export async function prepareGuestCache(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const storage = join(folder, "location_data");
  try {
    await Deno.writeFile(storage, new Uint8Array(), { createNew: true, mode: 0o400 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    if ((await Deno.lstat(storage)).isFile) return;
    await Deno.remove(storage, { recursive: true });
    await Deno.writeFile(storage, new Uint8Array(), { createNew: true, mode: 0o400 });
  }
}

/** The command that runs a guest inside its limits, in its private folder. */
export function sandboxed(command: GuestCommand, folder: string, options: SandboxOptions): GuestCommand {
  const { cache, memoryMiB, gpu, without } = options;
  const env = {
    ...command.env,
    ...(without.has("private-cache") ? {} : { HOME: folder, DENO_DIR: cache }),
    // No such backend: Deno finds no adapter, in no Worker either.
    ...(gpu ? {} : { DENO_WEBGPU_BACKEND: "none" }),
  };
  if (Deno.build.os === "windows" || without.has("kernel-limits")) return { ...command, env };
  const dataKiB = (memoryMiB + GUEST_HARD_MARGIN_MIB) * 1024;
  const limits = [GUEST_FILE_BLOCKS, GUEST_FILES, dataKiB].map(String);
  return {
    command: "/bin/sh",
    args: [
      "-c",
      `${LIMIT_SCRIPT.replaceAll(/^ulimit.*/gm, "$& 2>/dev/null || :")}`,
      "sh",
      ...limits,
      command.command,
      ...command.args,
    ],
    env,
  };
}
